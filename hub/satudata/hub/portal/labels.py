"""What the values of the API's enumerations are called on pages. Indonesian terms: Perpres 39/2019 and its glossary."""

from satudata.hub.portal.translations import N_

STATES = {
    "UPLOADED": N_("Diterima, menunggu pemeriksaan"),
    "CHECKING": N_("Sedang diperiksa"),
    "FAILED": N_("Pemeriksaan gagal"),
    "REJECTED": N_("Ditolak"),
    "IN_REVIEW": N_("Menunggu walidata"),
    "RETURNED": N_("Dikembalikan"),
    "AUTHORITY_REVIEW": N_("Menunggu pembina data"),
    "RETURNED_TO_STEWARD": N_("Dikembalikan ke walidata"),
    "APPROVED": N_("Disetujui"),
    "PUBLISHED": N_("Ditayangkan"),
    "WITHDRAWN": N_("Dibatalkan"),
}

STATE_MEANINGS = {
    "UPLOADED": N_("Berkas sudah diterima utuh. Pemeriksaan otomatis segera dimulai."),
    "CHECKING": N_("Berkas sedang diperiksa terhadap kontrak data."),
    "FAILED": N_("Terjadi kesalahan pada hub, bukan pada berkas Anda. Pengelola sudah diberi tahu."),
    "REJECTED": N_("Ada kesalahan yang harus diperbaiki. Berkas dan laporannya tetap tersimpan."),
    "IN_REVIEW": N_("Lolos pemeriksaan otomatis. Walidata akan menerima atau mengembalikannya."),
    "RETURNED": N_("Walidata mengembalikan pengajuan ini dengan catatan. Perbaiki, lalu ajukan lagi."),
    "AUTHORITY_REVIEW": N_("Data prioritas: pembina data memeriksa setelah walidata menerima."),
    "RETURNED_TO_STEWARD": N_("Pembina data mengembalikannya ke walidata dengan catatan."),
    "APPROVED": N_("Sudah disetujui dan siap ditayangkan oleh walidata."),
    "PUBLISHED": N_("Sudah tayang sebagai versi baru dan dapat dibaca semua orang."),
    "WITHDRAWN": N_("Pengajuan dibatalkan oleh pengajunya."),
}

STATE_TONES = {
    "UPLOADED": "busy",
    "CHECKING": "busy",
    "FAILED": "bad",
    "REJECTED": "bad",
    "IN_REVIEW": "wait",
    "RETURNED": "bad",
    "AUTHORITY_REVIEW": "wait",
    "RETURNED_TO_STEWARD": "wait",
    "APPROVED": "good",
    "PUBLISHED": "good",
    "WITHDRAWN": "calm",
}

STAGES = {
    "QUEUED": N_("Menunggu giliran"),
    "READING": N_("Membaca berkas"),
    "CASTING": N_("Membaca nilai menurut jenis kolom"),
    "ROW_CHECKS": N_("Memeriksa baris"),
    "SET_CHECKS": N_("Memeriksa keseluruhan data"),
    "STORING": N_("Menyimpan hasil"),
    "SERVING": N_("Menyiapkan data untuk dibaca"),
    "DONE": N_("Selesai"),
}

VERDICTS = {
    "ACCEPTED": N_("Lolos pemeriksaan"),
    "NEEDS_CONFIRMATION": N_("Lolos dengan peringatan"),
    "REJECTED": N_("Belum lolos pemeriksaan"),
}

VERDICT_MEANINGS = {
    "ACCEPTED": N_("Tidak ada kesalahan dan tidak ada peringatan."),
    "NEEDS_CONFIRMATION": N_(
        "Tidak ada kesalahan. Peringatan di bawah harus diterima walidata satu per satu dengan alasan."
    ),
    "REJECTED": N_("Perbaiki kesalahan di bawah, lalu unggah lagi. Versi yang sudah tayang tidak berubah."),
}

VERDICT_TONES = {"ACCEPTED": "good", "NEEDS_CONFIRMATION": "wait", "REJECTED": "bad"}

SEVERITIES = {"ERROR": N_("Kesalahan"), "WARNING": N_("Peringatan"), "INFO": N_("Catatan")}

SEVERITY_SIGNS = {"ERROR": "✕", "WARNING": "▲", "INFO": "●"}

READING = {
    "format": N_("Jenis berkas"),
    "encoding": N_("Penyandian huruf"),
    "delimiter": N_("Pemisah kolom"),
    "sheet": N_("Lembar kerja"),
    "header": N_("Baris judul kolom"),
    "columns": N_("Kolom yang dibaca"),
    "footer": N_("Baris kaki yang dilewati"),
}

DELIMITERS = {
    ",": N_("koma (,)"),
    ";": N_("titik koma (;)"),
    "\t": N_("tab"),
    "|": N_("garis tegak (|)"),
}

VERSION_STATES = {
    "PUBLISHED": N_("Berlaku"),
    "SUPERSEDED": N_("Digantikan"),
    "WITHDRAWN": N_("Ditarik"),
}

ACCESS_LEVELS = {"OPEN": N_("Terbuka"), "RESTRICTED": N_("Terbatas"), "CLOSED": N_("Tertutup")}

AGENCY_KINDS = {
    "MINISTRY": N_("Kementerian"),
    "INSTITUTION": N_("Lembaga"),
    "PROVINCE": N_("Pemerintah provinsi"),
    "REGENCY": N_("Pemerintah kabupaten/kota"),
    "OTHER": N_("Lainnya"),
}

ROLES = {
    "PRODUCER": N_("Produsen Data"),
    "SUPPORTING_STEWARD": N_("Walidata Pendukung"),
    "STEWARD": N_("Walidata"),
    "STANDARDS_AUTHORITY": N_("Pembina Data"),
    "SECRETARIAT": N_("Sekretariat"),
}

COLUMN_TYPES = {
    "STRING": N_("Teks"),
    "INTEGER": N_("Bilangan bulat"),
    "DECIMAL": N_("Desimal"),
    "FLOAT": N_("Bilangan pecahan"),
    "BOOLEAN": N_("Ya/tidak"),
    "DATE": N_("Tanggal"),
    "DATETIME": N_("Tanggal dan waktu"),
}

REGION_LEVELS = {
    "COUNTRY": N_("negara"),
    "PROVINCE": N_("provinsi"),
    "REGENCY": N_("kabupaten/kota"),
    "DISTRICT": N_("kecamatan"),
    "VILLAGE": N_("desa/kelurahan"),
}

MATCHED_FIELDS = {
    "title": N_("judul"),
    "description": N_("keterangan"),
    "keywords": N_("kata kunci"),
    "agency": N_("instansi"),
    "topic": N_("topik"),
    "columns": N_("kolom"),
    "slug": N_("alamat"),
}

FREQUENCIES = {
    "P1D": N_("setiap hari"),
    "P1W": N_("setiap minggu"),
    "P1M": N_("setiap bulan"),
    "P3M": N_("setiap tiga bulan"),
    "P6M": N_("setiap enam bulan"),
    "P1Y": N_("setiap tahun"),
    "P5Y": N_("setiap lima tahun"),
    "P10Y": N_("setiap sepuluh tahun"),
}
