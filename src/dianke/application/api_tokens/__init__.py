"""Programs are given access, and it is taken from them."""

from dianke.application.api_tokens.tokens import NoSuchToken, issue_token, list_scopes, revoke_token

__all__ = ["NoSuchToken", "issue_token", "list_scopes", "revoke_token"]
