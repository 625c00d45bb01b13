"""SVG as text: elements with escaped attributes, and a drawing with title and description."""

from __future__ import annotations

from html import escape
from importlib.resources import files

NAMESPACE = "http://www.w3.org/2000/svg"
_CHARACTER_WIDTH = 0.54  # of the font size: mean advance of the usual sans-serif fonts, measured on language names


def element(tag: str, *children: str, **attributes: str | float) -> str:
    """One element; `class_` and `text_anchor` become `class` and `text-anchor`; children are SVG text already.

    >>> element("line", x1=0, x2=2.50)
    '<line x1="0" x2="2.5"/>'
    """
    given = "".join(f' {_attribute(name)}="{_value(value)}"' for name, value in attributes.items())
    content = "".join(children)
    return f"<{tag}{given}>{content}</{tag}>" if content else f"<{tag}{given}/>"


def text(content: str, x: float, y: float, **attributes: str | float) -> str:
    """A line of text, escaped."""
    return element("text", escape(content), x=x, y=y, **attributes)


def tooltip(content: str) -> str:
    """A `<title>`: what browsers show on hovering and screen readers say."""
    return element("title", escape(content))


def drawing(
    width: float, height: float, body: str, *, title: str, description: str, name: str, standalone: bool = False
) -> str:
    """A whole drawing.

    Args:
        width, height: of the view box, in units that are pixels where nothing is scaled.
        body: its elements.
        title, description: for screen readers.
        name: unique in its page; prefix of the ids.
        standalone: with name space and styles, for a file of its own; inside a page both come from the page.
    """
    attributes: dict[str, str | float] = {"xmlns": NAMESPACE} if standalone else {}
    attributes |= {
        "class": "figure", "viewBox": f"0 0 {_value(width)} {_value(height)}", "role": "img",
        "aria-labelledby": f"{name}-title {name}-description",
    }
    if standalone:
        attributes |= {"width": width, "height": height}
    head = element("title", escape(title), id=f"{name}-title")
    head += element("desc", escape(description), id=f"{name}-description")
    styles = element("style", escape(figure_styles(), quote=False)) if standalone else ""
    return element("svg", head, styles, body, **attributes)


def figure_styles() -> str:
    """The style sheets that pages and standalone drawings share: the palette, light and dark, and the marks."""
    folder = files("sprachbund.report.figures")
    return "".join(folder.joinpath(name).read_text(encoding="utf-8") for name in ("palette.css", "figure.css"))


def text_width(content: str, size: float) -> float:
    """Rough width of a text in the page's sans-serif font; wide scripts count double."""
    return size * _CHARACTER_WIDTH * sum(2 if ord(character) > 0x2E80 else 1 for character in content)


def shortened(content: str, size: float, room: float) -> str:
    """The text, cut with an ellipsis where it is wider than the room.

    >>> shortened("Norwegian Nynorsk", 10, 60)
    'Norwegian…'
    """
    if text_width(content, size) <= room:
        return content
    while content and text_width(content + "…", size) > room:
        content = content[:-1]
    return content.rstrip(" (,") + "…"


def _attribute(name: str) -> str:
    return name.rstrip("_").replace("_", "-") if name not in {"viewBox"} else name


def _value(value: str | float) -> str:
    if isinstance(value, str):
        return escape(value, quote=True)
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
