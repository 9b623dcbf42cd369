/* Strings of the list of whom one has blocked. */

export const words = {
  "blocked.title": ["People you have blocked", "Personas que has bloqueado"],
  "blocked.about": ["Only you see this list. Nobody is told that they are on it, nor that they no longer are.", "Solo tú ves esta lista. A nadie se le dice que está en ella ni que ya no está."],
  "blocked.none": ["Nobody.", "Nadie."],
  "blocked.show": ["Show the list", "Ver la lista"],
  "blocked.somebody": ["Somebody whose name is not kept any more", "Alguien cuyo nombre ya no se guarda"],
  "blocked.since": ["since {day}", "desde el {day}"],
  "blocked.talk": ["a one-on-one conversation", "una conversación de dos"],
  "blocked.for-good": ["You two are never put together again. There is nothing to take back.", "Ya no se les pondrá juntas. No hay nada que deshacer."],
  "blocked.undo": ["See again", "Volver a ver"],
  "blocked.undone": ["You can see each other again in that room, unless they have blocked you too. You two are still never put together one-on-one.", "Pueden volver a verse en esa sala, salvo que la otra persona también te haya bloqueado. En conversaciones de dos no se les pondrá juntas."],
  "blocked.more": ["Earlier ones", "Anteriores"],
};
