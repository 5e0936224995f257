"""The staff's log-in page asks the same doorkeeper as everybody's: so many wrong passwords, and it waits."""

from typing import Any

from allauth.account.adapter import get_adapter
from unfold.forms import AuthenticationForm


class StaffLoginForm(AuthenticationForm):  # type: ignore[misc]  # Unfold ships no types
    """E-mail and password; wrong ones are counted by address and by e-mail, together with those of the agents' page."""

    def clean(self) -> dict[str, Any]:
        email, password = self.cleaned_data.get("username"), self.cleaned_data.get("password")
        if email and password:
            self.user_cache = get_adapter(self.request).authenticate(self.request, email=email, password=password)
            if self.user_cache is None:
                raise self.get_invalid_login_error()
            self.confirm_login_allowed(self.user_cache)
        cleaned: dict[str, Any] = self.cleaned_data
        return cleaned
