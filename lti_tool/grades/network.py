"""This room's calls over the guarded client and the kept tokens of `lti`, with every failure named."""

from lti_tool.grades.wire import Answer, Call, CallFailedError
from lti_tool.lti.http import ForbiddenAddress, PlatformHttp, PlatformUnreachable
from lti_tool.lti.tokens import AccessTokens, ScopeRefused, TokenEndpointBusy, TokenRefused


class Network:
    """Calls to a platform's services with a fitting access token.

    A token that the platform no longer takes is fetched anew once.
    """

    def __init__(self, http: PlatformHttp, tokens: AccessTokens) -> None:
        self._http = http
        self._tokens = tokens

    def call(self, platform_id: int, call: Call, scope: str) -> Answer:
        """The platform's answer; raises CallFailedError with a code of `reasons`."""
        answer = self._send(call, self._token(platform_id, scope))
        if answer.status == 401:
            self._tokens.forget(platform_id)
            answer = self._send(call, self._token(platform_id, scope))
        return answer

    def _token(self, platform_id: int, scope: str) -> str:
        try:
            return self._tokens.get(platform_id, (scope,))
        except ScopeRefused as error:
            raise CallFailedError("no_access", str(error)) from error
        except TokenRefused as error:
            reason = "token_unreadable" if "not JSON" in str(error) else "token_refused"
            raise CallFailedError(reason, str(error)) from error
        except TokenEndpointBusy as error:
            reason = "throttled" if error.status == 429 else "platform_down"
            raise CallFailedError(reason, str(error), retry_after=error.retry_after) from error
        except PlatformUnreachable as error:
            raise _failed(error) from error

    def _send(self, call: Call, token: str) -> Answer:
        headers = {**call.headers, "Authorization": f"Bearer {token}"}
        try:
            got = self._http.call(call.method, call.url, headers=headers, data=call.body)
        except PlatformUnreachable as error:
            raise _failed(error, sent=call.method != "GET") from error
        return Answer(got.status, got.headers, got.body, got.phrase)


def _failed(error: PlatformUnreachable, *, sent: bool = False) -> CallFailedError:
    said = str(error)
    if isinstance(error, ForbiddenAddress):
        return CallFailedError("forbidden_address", said)
    if "certificate" in said:
        return CallFailedError("certificate", said)
    reason = "timeout" if "in time" in said else "unreachable"
    return CallFailedError(reason, said, may_have_arrived=sent)
