"""Italian."""

from typing import Final

from scenewire_script.designs.reading.vocabulary import Vocabulary, number_table, unit_table, word_set

__all__ = ["ITALIAN"]

_DEFINITES: Final = word_set(
    """il lo la i gli le l' questo questa questi queste quest' quello quella quei quelle suo sua suoi sue loro nostro nostra
    nostri nostre mio mia tutti tutte entrambi entrambe"""
)

ITALIAN: Final = Vocabulary(
    joins=word_set("perché che mentre sebbene ma e ed cui dove quando"),
    coordinators=word_set("e ed ma o oppure però mentre"),
    subordinates=word_set(
        "prima dopo quando se in nel nell' nella sebbene mentre da dal dall' come durante finché poiché"
    ),
    determiners=_DEFINITES | word_set("un uno una un' nessun nessuna nessun' ogni qualche alcuni alcune"),
    definites=_DEFINITES,
    prepositions=word_set(
        """a al allo alla ai agli alle all' con contro da dal dallo dalla dai dagli dalle dall' di del dello della dei degli
        delle dell' d' dentro dopo durante entro fino fra in nel nello nella nei negli nelle nell' per presso prima senza sopra
        sotto su sul sullo sulla sui sugli sulle sull' tra verso"""
    ),
    stops=word_set(
        """è sono era erano fu furono sarà ha hanno aveva avevano può possono poteva deve devono egli lui lei essi esse noi voi
        si ci ne che chi cui dove quando e ed o ma però né non più meno molto anche ancora già sempre mai qui lì allora poi
        altro altra altri altre stesso stessa così come c'"""
    ),
    pronouns=word_set("egli lui lei essi noi voi"),
    negations=word_set("non nessun nessuna nessun'"),
    ranks=word_set(
        """solo sola soli sole soltanto unico unica unici uniche primo prima primi prime ultimo ultima ultimi ultime mai
        migliore peggiore più"""
    ),
    superlative=r"(?!)",
    ordinals=word_set("prima ultima altra altro seconda secondo terza terzo"),
    numbers=number_table(
        """
        2 due
        3 tre
        4 quattro
        5 cinque
        6 sei
        7 sette
        8 otto
        9 nove
        10 dieci
        11 undici
        12 dodici
        """
    ),
    scales=number_table(
        """
        12 dozzina
        100 cento
        1000 mille mila
        1000000 milione milioni
        1000000000 miliardo miliardi
        """
    ),
    fractions=number_table(
        """
        1/3 terzo terzi
        1/4 quarto quarti
        1/5 quinto quinti
        1/6 sesto sesti
        1/8 ottavo ottavi
        1/10 decimo decimi
        1/100 centesimo centesimi
        """
    ),
    numerators=number_table("1 un una"),
    wholes=word_set("metà"),
    halves=word_set("mezzo mezza mezz'"),
    part_of=word_set("di del dello della dei degli delle dell' d'"),
    units=unit_table(
        """
        time 1/86400 secondo secondi
        time 1/1440 minuto minuti
        time 1/24 ora ore
        time 1 giorno giorni giornata giornate
        time 7 settimana settimane
        time 30.44 mese mesi
        time 365.25 anno anni
        time 3652.5 decennio decenni
        time 36525 secolo secoli
        time 365250 millennio millenni
        length 0.001 millimetro millimetri
        length 0.01 centimetro centimetri
        length 1 metro metri
        length 1000 chilometro chilometri
        length 1609.344 miglio miglia
        mass 0.000001 milligrammo milligrammi
        mass 0.001 grammo grammi
        mass 1 chilo chili chilogrammo chilogrammi
        mass 1000 tonnellata tonnellate
        volume 0.001 millilitro millilitri
        volume 0.005 cucchiaino cucchiaini
        volume 0.015 cucchiaio cucchiai
        volume 0.24 tazza tazze
        volume 1 litro litri
        USD 1 dollaro dollari
        EUR 1 euro
        JPY 1 yen
        people 1 persona persone abitante abitanti uomini donne bambini operai lavoratori soldati marinai passeggeri visitatori
        people 1 studenti prigionieri profughi coloni ospiti cittadini
        """
    ),
    measures=word_set("celsius fahrenheit lunghezza larghezza altezza profondità diametro"),
    rates=word_set("al all' per"),
    months=word_set("gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre"),
    year_openers=word_set("dal fino dopo prima entro"),
    plain_openers=word_set("nel in il tra fra"),
    year_fillers=word_set("anno dell'anno nell'anno del dal al il"),
    eras=word_set("a.c a"),
    approximators=word_set("circa quasi oltre più meno di quasi almeno fino a solo appena esattamente intorno"),
    labels=word_set(
        "pagina capitolo riga numero n stanza figura versione livello parte atto articolo sezione volume volo"
    ),
    clock_before=word_set("alle ore"),
    clock_after=frozenset(),
    list_ends=word_set("e ed o"),
    sayings=word_set("disse dice scrisse scrive chiamò chiamava dichiarò promise rispose chiese notò raccontò"),
    sources=(("secondo",), ("parole", "di")),
    points=word_set("dopo prima fa"),
    percent=("per", "cento"),
    part_nouns=word_set("parte"),
    verb_negations=word_set("non"),
    powers=word_set("quadrati quadrato cubi cubo"),
    count_openers=word_set("in"),
    fillers=word_set(
        """durante dopo tutti tutte altri altre allora anche fino sopra prima ancora sempre
        tuttavia invece comunque qualcosa qualcuno nessuno molte molti alcune alcuni parecchi adesso presto spesso perfino
        restava resta voleva volevano sembrava sembra"""
    ),
    adverb=r".{3,}mente",
)
