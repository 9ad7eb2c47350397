"""Names to compose invented people from, by country, and their spelling in a mail address."""

from dataclasses import dataclass
from random import Random

from events_service.folding import search_key


@dataclass(frozen=True, slots=True)
class Names:
    """First names and family names of one country; in Iceland `family` holds fathers' names in the genitive."""

    women: tuple[str, ...]
    men: tuple[str, ...]
    family: tuple[str, ...]
    patronymic: bool = False


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


DANISH = Names(
    women=_words("""
        Agnes Amina Anna Astrid Birgitte Camilla Cecilie Clara Ditte Ellen Emilie Esther Freja Gerda Gitte Hanne Helle
        Inger Iben Josefine Karen Kirsten Kirstine Lærke Laura Lene Line Mai Maren Marianne Mette Nadia Nanna Pernille
        Rikke Sanne Signe Sofie Søs Tine Trine Ulla Vibeke Yasmin Åse
    """),
    men=_words("""
        Aksel Anders Asger Bent Birger Bjørn Carl Christian Ebbe Elias Emil Erik Esben Flemming Frederik Hassan Henrik
        Ibrahim Jakob Jens Jeppe Jesper Jørgen Jørn Kaj Karsten Kasper Keld Kristian Lars Lasse Lauge Mads Magnus
        Malthe Morten Niels Oluf Palle Peder Rasmus Rune Steen Søren Thor Troels Villads Åge
    """),
    family=_words("""
        Abildgaard Agerskov Bækgaard Birkholm Bjerre Bondesen Brogaard Bruun Dalsgaard Damgaard Ellegaard Elkjær
        Engholm Fisker Frandsen Grønbæk Gaarde Hauge Hedegaard Højlund Holst Iversen Jessen Juul Kjær Kjærgaard Klint
        Krogh Kyhl Lindegaard Løvenskov Lykke Mølgaard Møller Munk Nørgaard Nygaard Overgaard Østergaard Poulsen
        Præstholm Ravn Riis Rosenkvist Skovgaard Skov Søndergaard Thygesen Toft Ulrich Vestergaard Winther Ødegaard
        Åkjær
    """),
)

NORWEGIAN = Names(
    women=_words("""
        Aina Anette Astri Aud Benedicte Berit Bodil Dagny Eldbjørg Eli Elin Embla Frida Frøydis Grete Gro Gunn Guro
        Hedda Heidi Hilde Idun Ingeborg Ingvild Johanne Jorunn Kaja Kari Khadija Kjersti Leyla Liv Maja Marit Mari
        Mona Oddny Ragna Ragnhild Randi Sara Sigrid Silje Siv Solveig Sunniva Synnøve Tiril Torill Turid Unni Vigdis
        Vilde Øydis Åshild Åste
    """),
    men=_words("""
        Amund Are Arild Arne Asbjørn Aslak Bjarne Brage Dag Eirik Eivind Espen Even Finn Geir Gaute Gunnar Halvor
        Harald Henning Håkon Håvard Inge Ivar Jon Jostein Kjell Kjetil Knut Lars Leif Magne Mikkel Nils Odd Oddvar
        Olav Ole Omar Peder Petter Roar Roald Sigurd Sindre Snorre Stian Svein Sverre Tarjei Terje Tor Torbjørn
        Torstein Trond Trym Vegard Yusuf Øystein
    """),
    family=_words("""
        Aasen Ali Bakke Bakken Berg Bergheim Bjørnstad Brekke Bråten Dahlen Eide Eikeland Engen Farstad Fjellheim
        Fossum Furuseth Gjerde Granli Haugland Hagen Hammerstad Hegge Hjelle Holmøy Kleppe Krogstad Kvamme Langseth
        Lie Lunde Løken Midtbø Moen Myhre Myrvold Nordahl Nygård Nesheim Opsahl Rønning Sande Seljeset Skaar Skogstad
        Solbakken Solheim Strand Sæther Sørlie Tveit Vik Vollan Ødegård Øverland Årdal Aanestad
    """),
)

SWEDISH = Names(
    women=_words("""
        Agneta Alva Amira Anneli Annika Astrid Barbro Birgitta Britt Disa Ebba Eira Elin Elsa Ester Eva Fatima Frida
        Görel Gun Gunilla Gunnel Hedvig Helena Hilma Inga Ingrid Iris Jasmine Karin Kerstin Klara Lena Linnéa Lisbet
        Lovisa Maj Malin Maria Märta Margareta Nour Pernilla Rut Saga Selma Signe Siri Solveig Stina Svea Thyra Tove
        Ulrika Vera Viveka Ylva Åsa Älva
    """),
    men=_words("""
        Adam Albin Alf Amir Anders Arvid Axel Bengt Bertil Björn Börje Dan Edvin Emanuel Erik Folke Fredrik Göran
        Gösta Gustaf Göte Hampus Henrik Hugo Håkan Inge Isak Ivar Jerker Joel Johan Jonas Jörgen Karl Kjell Lars Leif
        Lennart Love Måns Mattias Melker Mikael Nils Noak Olle Omid Oskar Per Pontus Roland Samir Sixten Sören Sten
        Stig Sven Ture Torbjörn Ulf Viggo Åke Örjan
    """),
    family=_words("""
        Abrahamsson Ahlgren Alm Almkvist Axelsson Backlund Bergqvist Björklund Boström Brännström Dahlbäck Edström
        Ekblad Ekholm Eklöf Engdahl Fagerström Forsgren Frisk Granqvist Grönlund Hallberg Hedlund Hellström Holmgren
        Hägglund Höglund Isaksson Jernberg Källström Kvist Lagergren Lilja Lindahl Lindvall Ljungqvist Lövgren
        Malmqvist Mellgren Moberg Mårtensson Norling Nyqvist Näslund Öberg Öhman Ohlsson Palmgren Rehn Rosengren
        Rydell Sandström Sjöberg Sköld Sundin Söderholm Tingström Vallin Wennerholm Wikström Åberg Åkerlund Åström
        Ängström
    """),
)

FINNISH = Names(
    women=_words("""
        Aada Aino Aila Anneli Anni Annukka Eeva Eija Elina Emmi Essi Hanna Hannele Heini Heli Helmi Hilja Iida Iiris
        Inkeri Jaana Johanna Kaarina Kaisa Katariina Katri Kerttu Kirsi Krista Kyllikki Lahja Laura Leena Liisa Lumi
        Maarit Maija Marja Marjatta Merja Mervi Minna Nea Noora Oona Outi Päivi Päivikki Pirjo Pirkko Raija Riikka
        Ritva Saara Sanna Sari Senja Sini Sirpa Suvi Taina Tarja Tiina Tuija Tuula Tytti Ulla Venla Vuokko Zahra
    """),
    men=_words("""
        Aapo Aatos Abdi Antero Antti Ari Arttu Arvo Eero Eino Ensio Esa Hannu Harri Heikki Ilari Ilkka Ilmari Ismo
        Jaakko Jari Joonas Jouko Jouni Juha Juhani Jukka Jussi Kaarlo Kalevi Kalle Kari Kimmo Lasse Lauri Markku
        Matias Matti Mauri Mikko Niilo Olli Onni Osmo Otso Paavo Pasi Pekka Pentti Pertti Petri Raimo Rauno Reijo Riku
        Sakari Sami Samuli Sauli Seppo Taavi Tapani Tapio Teemu Tero Timo Toivo Tuomas Urho Valtteri Veikko Väinö Vesa
        Ville Yrjö
    """),
    family=_words("""
        Aaltola Aho Ahonen Alanko Eerola Erkkilä Haapala Hakala Halme Harju Heikkinen Heinola Hietala Hiltunen
        Holopainen Honkanen Huhtala Hyvönen Hämäläinen Ikonen Jokela Jokinen Kainulainen Kallio Kankaanpää Karjala
        Kettunen Kivelä Koivula Koivisto Korpela Koskela Kuusela Laaksonen Lahtela Laine Lampinen Lehtola Leppänen
        Lindroos Luoma Mäkelä Mäkinen Manninen Metsälä Mustonen Myllylä Niemelä Nieminen Nurmi Ojala Oksanen Paananen
        Pajunen Peltola Pitkänen Pulkkinen Rantala Rautio Räsänen Salmela Salonen Savolainen Seppälä Suominen Särkkä
        Takala Tanskanen Tikkanen Toivola Törmä Uusitalo Vainio Välimäki Virta Vuorela Väisänen Ylönen Yli-Kuha Äijälä
        Öhman
    """),
)

ICELANDIC = Names(
    women=_words("""
        Aðalheiður Álfrún Anna Arndís Arnþrúður Ásdís Ásgerður Ásta Auður Bergþóra Birna Björg Bryndís Brynhildur
        Dagný Dís Edda Elín Elísabet Erla Eydís Fanney Freyja Fríða Gerður Guðbjörg Guðlaug Guðný Guðrún Gyða Hafdís
        Halla Halldóra Hekla Helga Herdís Hildur Hjördís Hlíf Hrafnhildur Hrefna Hulda Inga Íris Jóhanna Jórunn Katrín
        Kolbrún Kristín Lilja Margrét Nína Ólöf Ragnheiður Rakel Rósa Salka Sigríður Sigrún Snæfríður Sólveig Steinunn
        Sunna Svanhildur Tinna Unnur Vala Vigdís Ýr Þóra Þórdís Þórhildur Þórunn Æsa Örk
    """),
    men=_words("""
        Ágúst Ari Árni Arnór Ásgeir Atli Baldur Benedikt Birkir Bjarki Bjarni Björn Brynjar Dagur Davíð Egill Einar
        Eiríkur Elfar Eyþór Finnur Friðrik Garðar Gísli Grétar Guðjón Guðmundur Gunnar Halldór Hallur Haraldur Haukur
        Helgi Hilmar Hjalti Hlynur Hrafn Hörður Illugi Ingvar Ísak Jakob Jóhann Jón Kári Kjartan Kolbeinn Kristján
        Logi Magnús Oddur Ófeigur Ólafur Óskar Páll Pétur Ragnar Reynir Rúnar Sigurður Sindri Skúli Snorri Stefán
        Steinn Sturla Sveinn Sölvi Tómas Trausti Úlfur Viðar Ýmir Þór Þorgeir Þorsteinn Þráinn Ægir Ölver Örn
    """),
    family=_words("""
        Ágústs Ara Árna Ásgeirs Atla Baldurs Benedikts Birgis Bjarna Björns Braga Dags Davíðs Egils Einars Eiríks
        Finns Friðriks Garðars Gísla Guðjóns Guðmundar Gunnars Halldórs Haralds Hauks Helga Hilmars Hjalta Ingvars
        Jakobs Jóhanns Jóns Kára Kjartans Kristjáns Loga Magnúsar Odds Ólafs Óskars Páls Péturs Ragnars Rúnars
        Sigurðar Skúla Snorra Stefáns Steins Sturlu Sveins Tómasar Úlfs Viðars Þorgeirs Þorsteins Þórðar Þórs Ægis
        Arnar
    """),
    patronymic=True,
)

BY_COUNTRY = {
    "DK": DANISH,
    "NO": NORWEGIAN,
    "SE": SWEDISH,
    "FI": FINNISH,
    "IS": ICELANDIC,
    "FO": DANISH,
    "GL": DANISH,
    "AX": SWEDISH,
}


def invent(names: Names, chance: Random) -> str:
    """A full name, a woman's or a man's."""
    woman = chance.random() < 0.5
    first = chance.choice(names.women if woman else names.men)
    last = chance.choice(names.family)
    if names.patronymic:
        last += "dóttir" if woman else "son"
    return f"{first} {last}"


def in_ascii(name: str) -> str:
    """The name as it stands in a mail address: `Åsa Þórsdóttir` → `asa.thorsdottir`."""
    return search_key(name).replace(" ", ".")
