/* Words of what is open between a person and others, shown on every page: [English, Spanish]. */

export const words = {
  "open.label": ["What is open for you", "Lo que tienes abierto"],
  "open.waiting": [{one: "We are looking for someone. You are next.", other: "We are looking for someone. {n} in line."}, {one: "Estamos buscando a alguien. Eres la siguiente persona.", other: "Estamos buscando a alguien. {n} en la fila."}],
  "open.session": ["Somebody is there for you.", "Hay alguien para ti."],
  "open.listening": ["You are in a conversation.", "Estás en una conversación."],
  "open.stay": ["We are staying with you.", "Nos quedamos contigo."],
  "open.offered": ["Somebody would like to be listened to.", "Alguien quiere que le escuchen."],
  "open.alerted": [{one: "Somebody may need the team.", other: "{n} people may need the team."}, {one: "Alguien puede necesitar al equipo.", other: "{n} personas pueden necesitar al equipo."}],
  "open.go": ["Go there", "Ir"],
};
