"""German."""

from typing import Final

from scenewire_script.designs.reading.vocabulary import Vocabulary, number_table, unit_table, word_set

__all__ = ["GERMAN"]

_DEFINITES: Final = word_set(
    """der die das den dem des diese dieser dieses diesen diesem jene jener jenen seine seiner seinen seinem ihre ihrer ihren
    ihrem unsere unserer unseren beide beiden alle allen"""
)

GERMAN: Final = Vocabulary(
    joins=word_set("weil dass während obwohl aber und denn sondern sodass"),
    coordinators=word_set("und aber oder denn doch sondern während"),
    subordinates=word_set(
        "bevor nachdem als wenn falls in im obwohl während seit seitdem weil bis ehe nach vor sobald da"
    ),
    determiners=_DEFINITES
    | word_set("ein eine einer einen einem eines kein keine keiner keinen keinem keines jeder jede jedes jeden jedem"),
    definites=_DEFINITES,
    prepositions=word_set(
        """an am auf aus bei beim bis durch für gegen hinter in im ins mit nach neben ohne seit über um unter von vom vor
        wegen während zu zum zur zwischen entlang trotz pro je ab"""
    ),
    stops=word_set(
        """ist sind war waren wird werden wurde wurden hat haben hatte hatten kann können konnte konnten muss müssen soll
        sollte es er sie wir ihr ich du man sich und oder aber denn doch dass weil als wenn wie so noch nur auch schon sehr
        mehr weniger nicht nie dort hier da dann danach zuvor einmal immer"""
    ),
    pronouns=word_set("es er sie wir ihr ich du man"),
    negations=word_set("kein keine keiner keinen keinem keines nicht"),
    ranks=word_set(
        "nur nie niemals erste ersten erster erstes letzte letzten letzter letztes einzige einzigen einziger einziges"
    ),
    superlative=r"(?:größ|klein|läng|kürz|höch|tief|ält|jüng|schnell|wichtig|bekannt|reich|teuer|schön|stärk|schwer|leicht|"
    r"breit|bedeutend|berühmt|nächs|stärks|be|mei)(?:e?s)?te[nrms]?",
    ordinals=word_set("andere anderen erste ersten letzte letzten zweite zweiten dritte dritten"),
    numbers=number_table(
        """
        2 zwei
        3 drei
        4 vier
        5 fünf
        6 sechs
        7 sieben
        8 acht
        9 neun
        10 zehn
        11 elf
        12 zwölf
        """
    ),
    scales=number_table(
        """
        12 dutzend
        100 hundert
        1000 tausend
        1000000 million millionen
        1000000000 milliarde milliarden
        1000000000000 billion billionen
        """
    ),
    fractions=number_table(
        """
        1/3 drittel
        1/4 viertel
        1/5 fünftel
        1/6 sechstel
        1/7 siebtel
        1/8 achtel
        1/9 neuntel
        1/10 zehntel
        1/20 zwanzigstel
        1/100 hundertstel
        """
    ),
    numerators=number_table("1 ein einem eines"),
    wholes=word_set("hälfte"),
    halves=word_set("halbe halben halber halbes halbem"),
    part_of=word_set("der des von aller dieser vom"),
    units=unit_table(
        """
        time 1/86400 sekunde sekunden
        time 1/1440 minute minuten
        time 1/24 stunde stunden
        time 1 tag tage tagen
        time 7 woche wochen
        time 30.44 monat monate monaten
        time 365.25 jahr jahre jahren
        time 3652.5 jahrzehnt jahrzehnte jahrzehnten
        time 36525 jahrhundert jahrhunderte jahrhunderten
        time 365250 jahrtausend jahrtausende jahrtausenden
        length 0.001 millimeter millimetern
        length 0.01 zentimeter zentimetern
        length 1 meter metern
        length 1000 kilometer kilometern
        length 1609.344 meile meilen
        mass 0.000001 milligramm
        mass 0.001 gramm
        mass 1 kilo kilogramm
        mass 1000 tonne tonnen
        volume 0.001 milliliter millilitern
        volume 0.005 teelöffel teelöffeln tl
        volume 0.015 esslöffel esslöffeln el
        volume 0.24 tasse tassen
        volume 1 liter litern
        USD 1 dollar
        EUR 1 euro
        JPY 1 yen
        CHF 1 franken
        people 1 menschen personen einwohner einwohnern männer frauen kinder arbeiter soldaten matrosen passagiere besucher
        people 1 schüler studenten gefangene flüchtlinge siedler gäste bürger
        percent 1 prozent
        """
    ),
    measures=word_set("celsius fahrenheit lang breit tief hoch dick alt entfernt weit"),
    rates=word_set("pro je"),
    portions=word_set(
        """flasche flaschen glas gläser gläsern löffel löffeln prise prisen scheibe scheiben packung packungen päckchen dose
        dosen kiste kisten sack säcke säcken fass fässer fässern becher bechern stück stücke stücken schluck"""
    ),
    months=word_set("januar jänner februar märz april mai juni juli august september oktober november dezember"),
    year_openers=word_set("seit bis ab vor nach"),
    plain_openers=word_set("in im am um zwischen"),
    year_fillers=word_set("jahr jahre dem zum das sommer herbst winter frühjahr frühling anfang mitte ende"),
    eras=word_set("v v.chr v.u.z"),
    approximators=word_set(
        """etwa ungefähr rund fast knapp gut über unter mehr weniger als mindestens höchstens bis zu nur beinahe circa ca genau
        mehr"""
    ),
    labels=word_set(
        "seite kapitel zeile nummer nr zimmer abbildung band artikel absatz teil akt raum linie platz apollo"
    ),
    clock_before=word_set("um gegen"),
    clock_after=word_set("uhr"),
    list_ends=word_set("und oder sowie"),
    sayings=word_set(
        "sagte sagt schrieb schreibt nannte nennt erklärte versprach warnte antwortete fragte meinte rief"
    ),
    sources=(("laut",), ("so",)),
    points=word_set("später zuvor"),
    noun="capitalized",
    bare_years=True,
    fillers=word_set(
        """jedoch werden wurden zwischen während danach dieser dieses diesen diesem nachdem bevor obwohl etwas immer
        eigentlich ziemlich unbedingt trotzdem manchmal vielleicht allerdings natürlich einfach wirklich überhaupt bereits
        außerdem deshalb deswegen dennoch ebenfalls meistens häufig plötzlich schließlich zunächst zuerst zuletzt endlich
        niemand jemand alles anderes anderen viele einige mehrere wenige manche solche gerade kaum genau nachts irgendwann
        irgendwo dorthin darum daher nämlich sogar beinahe selbst wieder weiter später früher könnten würden sollten müssen
        wollte wollten konnten"""
    ),
    adverb=r".+weise",
)
