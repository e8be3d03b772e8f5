"""
An invoice as an XML file: the structured invoice, field by field, in the form of data/invoice.xsd.

Names of fields become names of elements (tax_number, TaxNumber); what is not there has no element.
"""

from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree

NAMESPACE = "urn:dianke:invoice:v1"
_ROWS = {"lines": "Line"}


def write_xml(invoice: Mapping[str, Any]) -> bytes:
    """Return a structured invoice as an XML document in UTF-8."""
    root = ElementTree.Element("Invoice", {"xmlns": NAMESPACE})
    _write_fields(root, invoice)
    ElementTree.indent(root)
    written: bytes = ElementTree.tostring(root, encoding="UTF-8", xml_declaration=True)
    return written + b"\n"


def _write_fields(parent: ElementTree.Element, fields: Mapping[str, Any]) -> None:
    for name, value in fields.items():
        if value is None or value == "":
            continue
        element = ElementTree.SubElement(parent, _name(name))
        if isinstance(value, Mapping):
            _write_fields(element, value)
        elif isinstance(value, list):
            for row in value:
                _write_fields(ElementTree.SubElement(element, _ROWS[name]), row)
        else:
            element.text = str(value)


def _name(field: str) -> str:
    return "".join(part.capitalize() for part in field.split("_"))
