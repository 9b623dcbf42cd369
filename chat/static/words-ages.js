/* Strings of saying how old somebody is. */

export const words = {
  "age.title": ["How old are they?", "¿Qué edad tiene?"],
  "age.hint": ["Somebody said that they are under 18. Nobody is shown out in the middle of help; it is no sanction, and can be said again.", "Alguien dijo que tiene menos de 18. A nadie se le deja fuera en medio de la ayuda; no es una sanción y se puede cambiar."],
  "age.adult": ["Grown up", "Es mayor de edad"],
  "age.adult-means": ["It was read wrongly. Nothing changes.", "Se leyó mal. Nada cambia."],
  "age.teen": ["13 to 17", "De 13 a 17"],
  "age.teen-means": ["The teen rooms become theirs, kindly, when no help is under way.", "Las salas de adolescentes pasan a ser las suyas, con amabilidad, cuando no haya ayuda en curso."],
  "age.child": ["Under 13", "Menos de 13"],
  "age.child-means": ["They are given the lines for children, and this place ends for them, kindly.", "Se le dan las líneas para niñas y niños, y este lugar termina con amabilidad."],
  "age.submit": ["Say so", "Decirlo"],
  "age.pick": ["Choose first how old they are.", "Elige primero qué edad tiene."],
  "age.not": ["It was not noted. Try again.", "No se anotó. Vuelve a intentarlo."],
  "age.done": ["Noted. It is so from now on.", "Anotado. Es así desde ahora."],
  "age.after": ["Noted. Somebody is with them now; it is so when that is over.", "Anotado. Ahora hay alguien a su lado; será así cuando eso termine."],
  "age.close": ["Not now", "Ahora no"],
  "age.held": ["Only if they said so, or it is plain. While you are with them nothing changes: it is so when that is over. It is no sanction, and can be said again.", "Solo si lo ha dicho o está claro. Mientras estés a su lado nada cambia: será así cuando eso termine. No es una sanción y se puede volver a decir."],
};
