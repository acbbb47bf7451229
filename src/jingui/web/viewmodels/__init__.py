"""一 总则: what each page shows, and nothing else [1.3.1]

A page is one template and one frozen dataclass, rendered as `{"shell": Shell, "page": <Page>}`. Texts in them are
already in the reader's language; closed words travel as `core.words` members and the templates translate them; times
are aware datetimes; addresses are made by `paths.to`. No object here can reach the store.
"""
