/* Strings of what a listener gave in the last week. */

export const words = {
  "given.title": ["Your last week", "Tu última semana"],
  "given.about": ["Only you see this. There are no words and no names in it, and after a week it is gone.", "Solo tú lo ves. No hay palabras ni nombres, y pasada una semana ya no está."],
  "given.show": ["Show your conversations", "Ver tus conversaciones"],
  "given.none": ["None in the last week.", "Ninguna en la última semana."],
  "given.unsaid": ["No topic was named", "No se dijo el tema"],
  "given.began": ["{day}, {time} · {long}", "{day}, {time} · {long}"],
  "given.you": ["You ended it.", "La terminaste tú."],
  "given.handed_on": ["You handed it on.", "La pasaste a otra persona."],
  "given.over": ["It came to its end.", "Llegó a su fin."],
  "given.heavy": ["It was heavy.", "Fue dura."],
  "given.given": ["You have said how it was.", "Ya dijiste cómo fue."],
  "given.say": ["Say how it was, or ask for a talk about it", "Decir cómo fue o pedir hablarlo"],
};
