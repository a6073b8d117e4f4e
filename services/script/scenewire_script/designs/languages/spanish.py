"""Spanish."""

from typing import Final

from scenewire_script.designs.reading.vocabulary import Vocabulary, number_table, unit_table, word_set

__all__ = ["SPANISH"]

_DEFINITES: Final = word_set(
    """el la los las lo este esta estos estas ese esa esos esas aquel aquella aquellos aquellas su sus nuestro nuestra
    nuestros nuestras mi mis tu tus ambos ambas todos todas"""
)

SPANISH: Final = Vocabulary(
    joins=word_set("porque que mientras aunque pero y e quien donde cuando"),
    coordinators=word_set("y e pero o u sino mientras"),
    subordinates=word_set("antes después cuando si en aunque mientras desde como tras durante hasta"),
    determiners=_DEFINITES | word_set("un una unos unas ningún ninguna cada algún alguna algunos algunas del al"),
    definites=_DEFINITES,
    prepositions=word_set(
        """a al ante bajo con contra de del desde durante en entre hacia hasta mediante para por según sin sobre tras"""
    ),
    stops=word_set(
        """es son era eran fue fueron será serán está están estaba ha han había habían hay hubo puede pueden podía debe deben él
        ella ellos ellas nosotros se le les que quien donde cuando y e o u pero sino ni no más menos muy también aún todavía ya
        siempre nunca aquí allí entonces luego otro otra otros otras mismo misma así como"""
    ),
    pronouns=word_set("él ella ellos ellas nosotros"),
    negations=word_set("no ningún ninguna"),
    ranks=word_set(
        """solo sólo solamente único única únicos únicas primer primero primera primeros primeras último última últimos
        últimas nunca jamás mejor peor más"""
    ),
    superlative=r"(?!)",
    ordinals=word_set("primera última otra otro segunda segundo tercera tercer"),
    numbers=number_table(
        """
        2 dos
        3 tres
        4 cuatro
        5 cinco
        6 seis
        7 siete
        8 ocho
        9 nueve
        10 diez
        11 once
        12 doce
        """
    ),
    scales=number_table(
        """
        12 docena docenas
        100 cien ciento
        1000 mil
        1000000 millón millones
        """
    ),
    fractions=number_table(
        """
        1/3 tercio tercios
        1/4 cuarto cuartos
        1/5 quinto quintos
        1/6 sexto sextos
        1/8 octavo octavos
        1/10 décimo décimos décima
        1/100 centésima centésimo
        """
    ),
    numerators=number_table("1 un una"),
    wholes=word_set("mitad"),
    halves=word_set("medio media"),
    part_of=word_set("de del"),
    units=unit_table(
        """
        time 1/86400 segundo segundos
        time 1/1440 minuto minutos
        time 1/24 hora horas
        time 1 día días
        time 7 semana semanas
        time 30.44 mes meses
        time 365.25 año años
        time 3652.5 década décadas
        time 36525 siglo siglos
        time 365250 milenio milenios
        length 0.001 milímetro milímetros
        length 0.01 centímetro centímetros
        length 1 metro metros
        length 1000 kilómetro kilómetros
        length 1609.344 milla millas
        mass 0.000001 miligramo miligramos
        mass 0.001 gramo gramos
        mass 1 kilo kilos kilogramo kilogramos
        mass 1000 tonelada toneladas
        volume 0.001 mililitro mililitros
        volume 0.005 cucharadita cucharaditas
        volume 0.015 cucharada cucharadas
        volume 0.24 taza tazas
        volume 1 litro litros
        USD 1 dólar dólares
        EUR 1 euro euros
        JPY 1 yen yenes
        people 1 persona personas habitante habitantes hombres mujeres niños obreros trabajadores soldados marineros pasajeros
        people 1 visitantes alumnos estudiantes prisioneros refugiados colonos invitados ciudadanos
        """
    ),
    measures=word_set("celsius fahrenheit largo ancho alto profundidad longitud altura anchura diámetro"),
    rates=word_set("por al"),
    months=word_set(
        "enero febrero marzo abril mayo junio julio agosto septiembre setiembre octubre noviembre diciembre"
    ),
    year_openers=word_set("desde hasta antes después tras"),
    plain_openers=word_set("en el entre"),
    year_fillers=word_set("el año de del principios finales"),
    eras=word_set("a.c a"),
    approximators=word_set(
        "unos unas cerca de casi más menos que alrededor aproximadamente al hasta solo sólo apenas exactamente"
    ),
    labels=word_set(
        "página capítulo línea número núm habitación figura versión nivel parte acto artículo sección tomo ruta vuelo"
    ),
    clock_before=word_set("las"),
    clock_after=word_set("h"),
    list_ends=word_set("y e o u"),
    sayings=word_set("dijo dice escribió escribe llamó llamaba declaró prometió respondió preguntó señaló contó"),
    sources=(("según",), ("palabras", "de")),
    points=word_set("después antes"),
    percent=("por", "ciento"),
    part_nouns=word_set("parte partes"),
    verb_negations=word_set("no"),
    powers=word_set("cuadrados cuadrado cúbicos cúbico"),
    fillers=word_set(
        """durante después todos todas otros otras entonces también hasta sobre entre desde
        embargo además siempre nunca quizás todavía muchas muchos varias varios algunas algunos alguien nadie cualquier
        mientras aunque bastante demasiado apenas incluso pronto luego
        seguía sigue quería querían parecía parece"""
    ),
    adverb=r".{3,}mente",
)
