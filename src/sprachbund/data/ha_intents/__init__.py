"""The bundled data set ha-intents: voice commands expanded from the sentence templates of home-assistant-intents."""
