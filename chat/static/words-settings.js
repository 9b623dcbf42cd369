/* Words of the settings. [English, Spanish] */

export const words = {
  "settings.title": ["Language and looks", "Idioma y aspecto"],
  "settings.lead": ["These stay in this browser until you change them or leave quickly.", "Se quedan en este navegador hasta que los cambies o uses la salida rápida."],
  "settings.theme": ["Light", "Claro u oscuro"],
  "settings.theme_auto": ["As this device", "Como el dispositivo"],
  "settings.theme_light": ["Day", "Día"],
  "settings.theme_dark": ["Night", "Noche"],
  "settings.text": ["Size of the letters", "Tamaño de letra"],
  "settings.text_auto": ["As this device", "Como el dispositivo"],
  "settings.text_large": ["Large", "Grande"],
  "settings.text_largest": ["Largest", "Muy grande"],
  "settings.motion": ["Movement", "Movimiento"],
  "settings.motion_auto": ["As this device", "Como el dispositivo"],
  "settings.motion_less": ["Nothing moves", "Nada se mueve"],
  "settings.forget_title": ["Forget everything", "Olvidar todo"],
  "settings.forget_says": ["Visit, drafts, plan, notes and choices are deleted from this browser, and the page closes.", "La visita, los borradores, el plan, las notas y los ajustes se borran de este navegador, y la página se cierra."],
  "settings.forget": ["Forget and leave", "Olvidar y salir"],
};
