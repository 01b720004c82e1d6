"""Reports: what a check found, in the fixed JSON shape (`model.py`), and for people as text, HTML, CSV and XLSX.

`source.py` opens the uploaded file again, so that an excerpt or a workbook can show it beside the report.
"""
