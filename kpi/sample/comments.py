"""What people write beside a rating: a few sentences a language and reason."""

from __future__ import annotations

SLOW, REPEAT, POOR, PLAIN, HAPPY = range(5)
"""Why: waited long, had to ask again, low for another reason, (high) in one reply, high otherwise."""

COMMENTS: dict[str, tuple[tuple[str, ...], ...]] = {
    "en": (
        ("Waited far too long for a reply.", "Slow, slow, slow.", "Nobody answered until the next day.",
         "It took ages to hear back, sorry."),
        ("I had to explain everything twice.", "Still not solved, I had to ask again.", "Too many messages back and forth.",
         "Sent from one person to another."),
        ("The answer did not help.", "Did not understand my problem.", "\"Read the docs\" is not an answer.", "The bug is still there."),
        ("Quick and friendly, thank you!", "Solved in one go.", "Great, exactly what I needed.", "Fast answer, clear steps."),
        ("Thanks, it works now.", "Patient and kind.", "Helpful in the end.", "Good follow-up."),
    ),
    "de": (
        ("Viel zu lange auf Antwort gewartet.", "Erst am nächsten Tag eine Antwort."),
        ("Ich musste alles zweimal erklären.", "Immer noch nicht gelöst, musste nachfragen."),
        ("Die Antwort hat nicht geholfen.", "Mein Problem wurde nicht verstanden."),
        ("Schnell und freundlich, danke!", "Sofort gelöst."),
        ("Danke, jetzt geht es.", "Geduldig und nett."),
    ),
    "fr": (
        ("Trop d'attente avant une réponse.", "Réponse seulement le lendemain."),
        ("J'ai dû tout expliquer deux fois.", "Toujours pas résolu, j'ai dû relancer."),
        ("La réponse ne m'a pas aidé.", "Problème mal compris."),
        ("Rapide et aimable, merci !", "Résolu du premier coup."),
        ("Merci, ça marche maintenant.", "Patient et gentil."),
    ),
    "es": (
        ("Esperé demasiado por una respuesta.", "Respondieron al día siguiente."),
        ("Tuve que explicarlo todo dos veces.", "Sigue sin resolverse, tuve que insistir."),
        ("La respuesta no me ayudó.", "No entendieron mi problema."),
        ("¡Rápido y amable, gracias!", "Resuelto a la primera."),
        ("Gracias, ya funciona.", "Paciente y amable."),
    ),
    "pt": (
        ("Esperei demais por uma resposta.", "Só responderam no dia seguinte."),
        ("Tive de explicar tudo duas vezes.", "Ainda não resolvido, tive de insistir."),
        ("A resposta não ajudou.", "Não entenderam o meu problema."),
        ("Rápido e simpático, obrigado!", "Resolvido de primeira."),
        ("Obrigado, já funciona.", "Paciente e gentil."),
    ),
}  # fmt: skip
