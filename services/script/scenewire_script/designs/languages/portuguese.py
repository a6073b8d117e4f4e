"""Portuguese."""

from typing import Final

from scenewire_script.designs.reading.vocabulary import Vocabulary, number_table, unit_table, word_set

__all__ = ["PORTUGUESE"]

_DEFINITES: Final = word_set(
    """o a os as este esta estes estas esse essa esses essas aquele aquela aqueles aquelas seu sua seus suas nosso nossa
    nossos nossas meu minha ambos ambas todos todas"""
)

PORTUGUESE: Final = Vocabulary(
    joins=word_set("porque que enquanto embora mas e quem onde quando"),
    coordinators=word_set("e mas ou porém enquanto"),
    subordinates=word_set("antes depois quando se em no na nos nas embora enquanto desde como após durante até"),
    determiners=_DEFINITES | word_set("um uma uns umas nenhum nenhuma cada algum alguma alguns algumas"),
    definites=_DEFINITES,
    prepositions=word_set(
        """ante após até com contra de do da dos das desde durante em no na nos nas entre para pelo pela pelos pelas por perante
        sem sob sobre ao aos à às num numa"""
    ),
    stops=word_set(
        """é são era eram foi foram será serão está estão estava há havia tem têm tinha tinham pode podem podia deve devem ele
        ela eles elas nós se lhe que quem onde quando e ou mas nem não mais menos muito também ainda já sempre nunca aqui ali
        então depois outro outra outros outras mesmo mesma assim como"""
    ),
    pronouns=word_set("ele ela eles elas nós"),
    negations=word_set("não nenhum nenhuma"),
    ranks=word_set(
        """só somente apenas único única únicos únicas primeiro primeira primeiros primeiras último última últimos últimas
        nunca jamais melhor pior mais"""
    ),
    superlative=r"(?!)",
    ordinals=word_set("primeira última outra outro segunda segundo terceira terceiro"),
    numbers=number_table(
        """
        2 dois duas
        3 três
        4 quatro
        5 cinco
        6 seis
        7 sete
        8 oito
        9 nove
        10 dez
        11 onze
        12 doze
        """
    ),
    scales=number_table(
        """
        12 dúzia
        100 cem cento
        1000 mil
        1000000 milhão milhões
        1000000000 bilhão bilhões bilião
        """
    ),
    fractions=number_table(
        """
        1/3 terço terços
        1/4 quarto quartos
        1/5 quinto quintos
        1/6 sexto sextos
        1/8 oitavo oitavos
        1/10 décimo décimos décima
        1/100 centésimo centésima
        """
    ),
    numerators=number_table("1 um uma"),
    wholes=word_set("metade"),
    halves=word_set("meio meia"),
    part_of=word_set("de do da dos das"),
    units=unit_table(
        """
        time 1/86400 segundo segundos
        time 1/1440 minuto minutos
        time 1/24 hora horas
        time 1 dia dias
        time 7 semana semanas
        time 30.44 mês meses
        time 365.25 ano anos
        time 3652.5 década décadas
        time 36525 século séculos
        time 365250 milénio milênio milénios milênios
        length 0.001 milímetro milímetros
        length 0.01 centímetro centímetros
        length 1 metro metros
        length 1000 quilómetro quilómetros quilômetro quilômetros
        length 1609.344 milha milhas
        mass 0.000001 miligrama miligramas
        mass 0.001 grama gramas
        mass 1 quilo quilos quilograma quilogramas
        mass 1000 tonelada toneladas
        volume 0.001 mililitro mililitros
        volume 0.24 xícara xícaras chávena chávenas
        volume 1 litro litros
        USD 1 dólar dólares
        EUR 1 euro euros
        JPY 1 iene ienes
        BRL 1 real reais
        people 1 pessoa pessoas habitante habitantes homens mulheres crianças operários trabalhadores soldados marinheiros
        people 1 passageiros visitantes alunos estudantes prisioneiros refugiados colonos convidados cidadãos
        """
    ),
    measures=word_set("celsius fahrenheit comprimento largura altura profundidade extensão diâmetro"),
    rates=word_set("por ao"),
    months=word_set("janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro"),
    year_openers=word_set("desde até antes depois após"),
    plain_openers=word_set("em no entre"),
    year_fillers=word_set("o ano de do início fim finais"),
    eras=word_set("a.c a"),
    approximators=word_set("cerca de quase mais menos que uns umas aproximadamente até só apenas exatamente ao quase"),
    labels=word_set(
        "página capítulo linha número n quarto figura versão nível parte ato artigo seção secção tomo rota voo"
    ),
    clock_before=word_set("às"),
    clock_after=word_set("h"),
    list_ends=word_set("e ou"),
    sayings=word_set("disse diz escreveu escreve chamou chamava declarou prometeu respondeu perguntou notou contou"),
    sources=(("segundo",), ("acordo", "com"), ("palavras", "de")),
    points=word_set("depois antes atrás"),
    percent=("por", "cento"),
    part_nouns=word_set("parte partes"),
    verb_negations=word_set("não"),
    powers=word_set("quadrados quadrado cúbicos cúbico"),
    fillers=word_set(
        """durante depois todos todas outros outras então também sobre entre desde ainda sempre
        entretanto contudo porém nunca muitas muitos várias vários algumas alguns alguém ninguém qualquer bastante talvez
        alguma coisa
        continuava continua queria queriam parecia parece"""
    ),
    adverb=r".{3,}mente",
)
