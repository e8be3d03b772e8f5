"""The content security policy of every page, as django-csp reads it."""

from typing import Any

from csp.constants import NONE, SELF, UNSAFE_INLINE

# Nothing of ours runs inline. Style attributes alone are let through: ECharts tooltips, Tabler's poppers and
# bars of a given width write them, and an attribute cannot load anything that the other rules do not allow.
CONTENT_SECURITY_POLICY: dict[str, Any] = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "style-src-attr": [UNSAFE_INLINE],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF, "data:"],
        "worker-src": [SELF, "blob:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    },
}
