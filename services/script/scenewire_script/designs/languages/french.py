"""French."""

from typing import Final

from scenewire_script.designs.reading.vocabulary import Vocabulary, number_table, unit_table, word_set

__all__ = ["FRENCH"]

_DEFINITES: Final = word_set(
    "le la les l' ce cet cette ces son sa ses leur leurs notre nos votre vos mon ma mes tous toutes"
)

FRENCH: Final = Vocabulary(
    joins=word_set("parce car qui que qu' tandis mais et donc où dont puisque lorsque"),
    coordinators=word_set("et mais ou donc car"),
    subordinates=word_set("avant après quand lorsque lorsqu' si en dans bien depuis pendant comme puisque puisqu' dès"),
    determiners=_DEFINITES | word_set("un une des du d' aucun aucune chaque quelques tout toute"),
    definites=_DEFINITES,
    prepositions=word_set(
        """à au aux avec chez contre dans de du des d' depuis derrière dès devant durant en entre hors jusque jusqu' malgré par
        parmi pendant pour sans sauf selon sous sur vers avant après"""
    ),
    stops=word_set(
        """est sont était étaient fut furent sera seront a ont avait avaient eut peut peuvent pouvait doit doivent il elle ils
        elles on nous vous je tu c' qui que qu' dont où et ou mais donc or ni car ne n' pas plus moins très aussi encore déjà
        toujours jamais ici là alors puis autre autres même y s' se sont"""
    ),
    pronouns=word_set("il elle ils elles on nous vous je tu c'"),
    negations=word_set("aucun aucune pas"),
    ranks=word_set(
        """seul seule seuls seules seulement premier première premiers premières dernier dernière derniers dernières jamais
        meilleur meilleure meilleurs pire plus"""
    ),
    superlative=r"(?!)",
    ordinals=word_set("première dernière autre autres deuxième seconde troisième"),
    numbers=number_table(
        """
        2 deux
        3 trois
        4 quatre
        5 cinq
        6 six
        7 sept
        8 huit
        9 neuf
        10 dix
        11 onze
        12 douze
        """
    ),
    scales=number_table(
        """
        12 douzaine
        100 cent cents
        1000 mille
        1000000 million millions
        1000000000 milliard milliards
        """
    ),
    fractions=number_table(
        """
        1/3 tiers
        1/4 quart quarts
        1/5 cinquième cinquièmes
        1/6 sixième sixièmes
        1/7 septième septièmes
        1/8 huitième huitièmes
        1/9 neuvième neuvièmes
        1/10 dixième dixièmes
        1/20 vingtième vingtièmes
        1/100 centième centièmes
        """
    ),
    numerators=number_table("1 un une"),
    wholes=word_set("moitié"),
    halves=word_set("demi"),
    part_of=word_set("de du des d'"),
    units=unit_table(
        """
        time 1/86400 seconde secondes
        time 1/1440 minute minutes
        time 1/24 heure heures
        time 1 jour jours journée journées
        time 7 semaine semaines
        time 30.44 mois
        time 365.25 an ans année années
        time 3652.5 décennie décennies
        time 36525 siècle siècles
        time 365250 millénaire millénaires
        length 0.001 millimètre millimètres
        length 0.01 centimètre centimètres
        length 1 mètre mètres
        length 1000 kilomètre kilomètres
        length 1609.344 mile miles
        mass 0.000001 milligramme milligrammes
        mass 0.001 gramme grammes
        mass 1 kilo kilos kilogramme kilogrammes
        mass 1000 tonne tonnes
        volume 0.001 millilitre millilitres
        volume 0.24 tasse tasses
        volume 1 litre litres
        USD 1 dollar dollars
        EUR 1 euro euros
        JPY 1 yen yens
        CHF 1 franc francs
        people 1 personne personnes habitant habitants hommes femmes enfants ouvriers soldats marins passagers visiteurs
        people 1 élèves étudiants prisonniers réfugiés colons invités citoyens
        """
    ),
    measures=word_set("celsius fahrenheit long large haut longueur largeur hauteur profondeur diamètre"),
    rates=word_set("par à"),
    months=word_set("janvier février mars avril mai juin juillet août septembre octobre novembre décembre"),
    year_openers=word_set("depuis jusqu' jusque avant après dès"),
    plain_openers=word_set("en le au entre"),
    year_fillers=word_set("l'an l'année année an à en l' début fin"),
    eras=word_set("av avant"),
    approximators=word_set(
        "environ près de presque plus moins que d' quelque quelques au à peu jusqu' seulement exactement à peine quasi"
    ),
    labels=word_set(
        "page chapitre ligne numéro n° chambre figure version niveau partie acte article section tome route vol"
    ),
    clock_before=word_set("à vers"),
    clock_after=word_set("h"),
    list_ends=word_set("et ou"),
    sayings=word_set(
        "dit disait écrit écrivit écrivait appela appelait déclara déclare promit répondit demanda nota raconta"
    ),
    sources=(("selon",), ("d'après",)),
    points=word_set("plus"),
    percent=("pour", "cent"),
    powers=word_set("carrés carré cubes cube"),
    fillers=word_set(
        """pendant depuis toutes quelques autres après avant encore toujours était étaient jusqu'en
        cependant pourtant toutefois beaucoup quelquefois parfois souvent toujours presque plutôt vraiment surtout ensuite
        enfin aussitôt bientôt longtemps plusieurs certains certaines personne chacun quelque ailleurs ainsi alors autant
        davantage également déjà partout rapidement
        restait reste restent restaient devenait devient semble semblait voulait voulaient"""
    ),
    adverb=r".+(?:amment|emment|alement|éralement|ellement|ivement|eusement|iquement|ablement|iblement|èrement|ainement)",
)
