"""English."""

from typing import Final

from scenewire_script.designs.reading.vocabulary import Vocabulary, number_table, unit_table, word_set

__all__ = ["ENGLISH"]

_DEFINITES: Final = word_set("the this that these those his her its their our my your both all")

ENGLISH: Final = Vocabulary(
    joins=word_set("because which that while although but so and who where"),
    coordinators=word_set("and but so or yet while whereas"),
    subordinates=word_set(
        "before after when if in although while since though because until once as unless whether whenever whatever whoever wherever"
    ),
    determiners=_DEFINITES | word_set("a an each every some any no such what which"),
    definites=_DEFINITES,
    prepositions=word_set(
        """about above across against along among around at before behind below beneath beside between beyond by down during
        except for from in inside into near of off on onto out over past per since through throughout to toward towards
        under until up upon via with within without after"""
    ),
    stops=word_set(
        """is are was were be been being am has have had do does did can could will would shall should may might must it he
        she they we you i him them us who whom whose which that this these those there here and or but nor so than then as if
        because while when where why how not never always often still also already now later earlier ago only just even too
        very more most less least much many few other others another same such own again once twice each every both all any
        some none away far apart together came come comes went go goes made make makes took take takes gave give gives got
        said says let left lay lie lies rose fell grew died lived live passed joined make became become becomes remain
        remained remains followed wide today yesterday tomorrow"""
    ),
    pronouns=word_set("it he she they we you i this there"),
    negations=word_set("no not cannot"),
    ranks=word_set("only first last never best worst most least"),
    superlative=r"(?!(?:for|w|int|t|gu|n|hon|mod|harv|prot|requ|qu|arr|ch|cont|inv|sugg|dig|manif|infest|pri|conqu|ever|budap|v|z|"
    r"cr|j|l|r|b|rest|p|temp|unr|bequ|inqu|att|det|div)est$)[a-z]{2,}est",
    ordinals=word_set("other first last second third fourth latter"),
    numbers=number_table(
        """
        1 one
        2 two
        3 three
        4 four
        5 five
        6 six
        7 seven
        8 eight
        9 nine
        10 ten
        11 eleven
        12 twelve
        """
    ),
    scales=number_table(
        """
        12 dozen
        100 hundred
        1000 thousand
        1000000 million
        1000000000 billion
        1000000000000 trillion
        """
    ),
    fractions=number_table(
        """
        1/3 third thirds
        1/4 quarter quarters
        1/5 fifth fifths
        1/6 sixth sixths
        1/7 seventh sevenths
        1/8 eighth eighths
        1/9 ninth ninths
        1/10 tenth tenths
        1/12 twelfth twelfths
        1/20 twentieth twentieths
        1/100 hundredth hundredths
        """
    ),
    numerators=number_table("1 a"),
    wholes=word_set("half"),
    halves=word_set("half"),
    part_of=word_set("of the its their his her our all"),
    units=unit_table(
        """
        time 1/86400 second seconds
        time 1/1440 minute minutes
        time 1/24 hour hours
        time 1 day days
        time 7 week weeks
        time 30.44 month months
        time 365.25 year years
        time 3652.5 decade decades
        time 36525 century centuries
        time 365250 millennium millennia
        length 0.001 millimetre millimetres millimeter millimeters
        length 0.01 centimetre centimetres centimeter centimeters
        length 0.0254 inch inches
        length 0.3048 foot feet
        length 0.9144 yard yards
        length 1 metre metres meter meters
        length 1000 kilometre kilometres kilometer kilometers
        length 1609.344 mile miles
        mass 0.000001 milligram milligrams
        mass 0.001 gram grams gramme grammes
        mass 0.02834952 ounce ounces
        mass 1 kilo kilos kilogram kilograms kilogramme kilogrammes
        mass 1000 tonne tonnes ton tons
        volume 0.001 millilitre millilitres milliliter milliliters
        volume 0.005 teaspoon teaspoons tsp
        volume 0.015 tablespoon tablespoons tbsp
        volume 0.24 cup cups
        volume 0.568 pint pints
        volume 1 litre litres liter liters
        volume 3.785 gallon gallons
        USD 1 dollar dollars
        EUR 1 euro euros
        JPY 1 yen
        INR 1 rupee rupees
        CHF 1 franc francs
        people 1 people person persons inhabitants residents men women children workers soldiers sailors passengers visitors
        people 1 students pupils prisoners refugees settlers labourers laborers guests citizens
        percent 1 percent
        """
    ),
    measures=word_set("celsius fahrenheit long wide deep high tall thick old away across apart"),
    rates=word_set("per a an each every"),
    months=word_set(
        "january february march april may june july august september october november december jan feb aug sept oct nov dec"
    ),
    year_openers=word_set("since until till by from after before"),
    plain_openers=word_set("in on during between"),
    year_fillers=word_set("the year early late mid of around about"),
    eras=word_set("bc bce b.c b.c.e"),
    approximators=word_set(
        """about around nearly almost roughly approximately over under some more less fewer than at least most up to only just
        exactly as many much close"""
    ),
    labels=word_set(
        "page chapter line number no room figure version level part act article section volume route flight"
    ),
    clock_before=frozenset(),
    clock_after=word_set("o'clock am pm a.m p.m"),
    list_ends=word_set("and or"),
    sayings=word_set(
        "put said says wrote writes called calls declared promised warned told replied asked noted recalled"
    ),
    sources=(("according", "to"), ("words", "of")),
    points=word_set("ago later earlier before after"),
    noun="plural",
    plurals=word_set(
        "people men women children feet sheep fish deer species aircraft teeth mice geese oxen data media"
    ),
    decimal_comma=False,
    fillers=word_set("everybody somebody nobody anybody whatever whoever particular entire overall"),
    adverb=r"(?!(?:f|butterf|fami|supp|rep|re|assemb|ju|ita|bul|al|bel|jel|anoma|li|monopo|multip|app|dead|friend|cost)ly$)"
    r"[a-z]{2,}ly",
)
