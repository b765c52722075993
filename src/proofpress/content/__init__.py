"""The loader: from files on disk to typed documents, with every fault at its line and column.

`scan` finds the files, `documents.read` reads one Markdown file, `data.read_data` one file below data/.
"""
