"""Asks a hub with the generated client: every field, variable and exact number below is checked by mypy."""

import json
import sys
from datetime import datetime, timedelta, timezone
from decimal import Decimal

from hub_client import HubClient
from hub_client.enums import Kemendagri_Wilayah_Level
from hub_client.input_types import BigIntFilter, Bps_ImporPelabuhan_Filter, IntFilter


def main(hub: str) -> None:
    with HubClient(f"{hub}/graphql") as client:
        wages = client.wages(2024).data.disnakertrans_jabar.upah_minimum
        assert wages is not None
        wage: Decimal = wages.nodes[0].upah_minimum

        where = Bps_ImporPelabuhan_Filter(tahun=IntFilter(gte=2013), nilai=BigIntFilter(gt=1_000_000))
        imports = client.imports(where).data.bps.impor_pelabuhan
        assert imports is not None
        values: list[int] = [group.aggregate.nilai.sum or 0 for group in imports.groups]

        jakarta = timezone(timedelta(hours=7))
        earthquakes = client.earthquakes(datetime(2024, 1, 1, tzinfo=jakarta)).data.bmkg.gempa_dirasakan
        assert earthquakes is not None
        at: datetime = earthquakes.nodes[0].waktu

        regions = client.regions(Kemendagri_Wilayah_Level.PROVINCE).data.kemendagri.wilayah
        assert regions is not None
        level: Kemendagri_Wilayah_Level = regions.nodes[0].level
    print(
        json.dumps(
            {
                "wage": str(wage),
                "values": [str(value) for value in values],
                "at": at.isoformat(),
                "level": level,
            }
        )
    )


main(sys.argv[1])
