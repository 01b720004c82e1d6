async def test_smoke(either_hub):
    d = await either_hub.services.catalogue.get("dinas/contoh", either_hub.steward)
    assert d.slug == "dinas/contoh"
    s = await either_hub.submit()
    print(s)
    p = await either_hub.services.catalogue.search(either_hub.steward, "contoh")
    print(p)
    print(await either_hub.services.audit.events(either_hub.secretariat))
    assert await either_hub.services.audit.verify() is None
