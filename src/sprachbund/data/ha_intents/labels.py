"""The two label sets: what a command asks for (`intent`, fine) and what it is about (`domain`, coarse).

The package's 42 intents are made for software that knows the home, not for a reader of text: one
name stands for different requests (`HassTurnOn` switches lights on, opens curtains, locks doors
and starts scenes), different names for the same request (a shopping list and any other list).
Our fine labels are these intents, split where the templates themselves say that the device is of
another kind, and merged where only the home's configuration tells them apart. Three intents are
left out: `HassBroadcast` has one English template, which cannot be divided into training and test;
`HassNevermind` has two sentences; `HassRespond` is small talk that differs from language to language.
"""

from __future__ import annotations

from collections.abc import Mapping

_SWITCHED = {"cover": "open", "lock": "lock", "scene": "start_scene", "script": "start_scene",
             "button": "start_scene", "input_button": "start_scene"}  # fmt: skip
_SWITCHED_OFF = {"cover": "close", "lock": "unlock"}

_INTENTS: Mapping[str, str] = {
    "HassClimateGetTemperature": "ask_temperature",
    "HassClimateSetFanMode": "set_fan_mode",
    "HassClimateSetTemperature": "set_temperature",
    "HassFanSetSpeed": "set_fan_speed",
    "HassGetCurrentDate": "ask_date",
    "HassGetCurrentTime": "ask_time",
    "HassGetWeather": "ask_weather",
    "HassLawnMowerStartMowing": "start_mowing",
    "HassLawnMowerDock": "send_robot_home",
    "HassVacuumReturnToBase": "send_robot_home",
    "HassVacuumCleanArea": "start_vacuuming",
    "HassVacuumStart": "start_vacuuming",
    "HassListAddItem": "add_to_list",
    "HassShoppingListAddItem": "add_to_list",
    "HassListCompleteItem": "remove_from_list",
    "HassListRemoveItem": "remove_from_list",
    "HassShoppingListCompleteItem": "remove_from_list",
    "HassMediaNext": "play_next",
    "HassMediaPause": "pause_media",
    "HassMediaPlayerMute": "mute",
    "HassMediaPlayerUnmute": "unmute",
    "HassMediaPrevious": "play_previous",
    "HassMediaSearchAndPlay": "play",
    "HassMediaUnpause": "resume_media",
    "HassSetPosition": "set_position",
    "HassSetVolume": "set_volume",
    "HassSetVolumeRelative": "change_volume",
    "HassStartTimer": "start_timer",
    "HassCancelTimer": "cancel_timer",
    "HassCancelAllTimers": "cancel_timer",
    "HassIncreaseTimer": "lengthen_timer",
    "HassDecreaseTimer": "shorten_timer",
    "HassPauseTimer": "pause_timer",
    "HassUnpauseTimer": "resume_timer",
    "HassTimerStatus": "ask_timer",
}

LEFT_OUT = frozenset({"HassBroadcast", "HassNevermind", "HassRespond"})
"""Intents of the package that are not part of the data set; the reasons stand above."""

_ABOUT: Mapping[str, str] = {
    "media_player": "media",
    "input_boolean": "switch",
    "button": "scene",
    "input_button": "scene",
    "script": "scene",
    "binary_sensor": "sensor",
    "todo": "list",
    "shopping_list": "list",
}

_DOMAINS: Mapping[str, str] = {
    "HassClimateGetTemperature": "climate",
    "HassClimateSetFanMode": "climate",
    "HassClimateSetTemperature": "climate",
    "HassFanSetSpeed": "fan",
    "HassGetCurrentDate": "clock",
    "HassGetCurrentTime": "clock",
    "HassGetWeather": "weather",
    "HassLightSet": "light",
    "HassLawnMowerStartMowing": "lawn_mower",
    "HassLawnMowerDock": "lawn_mower",
    "HassVacuumReturnToBase": "vacuum",
    "HassVacuumCleanArea": "vacuum",
    "HassVacuumStart": "vacuum",
    "HassListAddItem": "list",
    "HassListCompleteItem": "list",
    "HassListRemoveItem": "list",
    "HassShoppingListAddItem": "list",
    "HassShoppingListCompleteItem": "list",
    "HassMediaNext": "media",
    "HassMediaPause": "media",
    "HassMediaPlayerMute": "media",
    "HassMediaPlayerUnmute": "media",
    "HassMediaPrevious": "media",
    "HassMediaSearchAndPlay": "media",
    "HassMediaUnpause": "media",
    "HassSetPosition": "cover",
    "HassSetVolume": "media",
    "HassSetVolumeRelative": "media",
    "HassStartTimer": "timer",
    "HassCancelTimer": "timer",
    "HassCancelAllTimers": "timer",
    "HassIncreaseTimer": "timer",
    "HassDecreaseTimer": "timer",
    "HassPauseTimer": "timer",
    "HassUnpauseTimer": "timer",
    "HassTimerStatus": "timer",
}


def intent_label(intent: str, device: str | None, combination: str) -> str | None:
    """The fine label of a template.

    Args:
        intent: the package's intent.
        device: the kind of device that the template is about, or None if it does not say.
        combination: the package's name for the group's slots ("area_brightness").

    Returns:
        The label, or None for intents that are left out or not known.
    """
    if intent == "HassTurnOn":
        return _SWITCHED.get(device or "", "turn_on")
    if intent == "HassTurnOff":
        return _SWITCHED_OFF.get(device or "", "turn_off")
    if intent == "HassGetState":
        return "ask_person" if device == "person" else "ask_state"
    if intent == "HassLightSet":
        return "set_brightness" if "brightness" in combination else "set_colour"
    return _INTENTS.get(intent)


def domain_label(intent: str, device: str | None) -> str:
    """The coarse label: the kind of the device that is spoken of, or what the intent is about.

    Args:
        intent: the package's intent, one that `intent_label` knows.
        device: the kind of device that the template is about, or None if it does not say.
    """
    fixed = _DOMAINS.get(intent)
    if fixed is not None:
        return fixed
    return _ABOUT.get(device or "", device or "home")
