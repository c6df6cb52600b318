"""Signs in to an emulator with Microsoft's own clients, in every way, and asks Azure DevOps who it is each time.

    sign_in.py ORIGIN
"""

import json
import os
import re
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
import warnings

import msal
import requests
from azure.core.exceptions import ClientAuthenticationError
from azure.core.pipeline.transport import RequestsTransport
from azure.identity import CertificateCredential, ClientSecretCredential, ManagedIdentityCredential, WorkloadIdentityCredential

ORIGIN = sys.argv[1]
# Both clients insist on https, which a name stands for that only this script knows.
AUTHORITY = "https://login.test"
SCOPE = "499b84ac-1321-427f-aa17-267ca6975798/.default"
REDIRECT = "http://localhost:8780/integrations/azure-devops/callback"


def control(path, order=None):
    body = None if order is None else json.dumps(order).encode()
    request = urllib.request.Request(f"{ORIGIN}/_emulator/{path}", data=body, headers={"content-type": "application/json"})
    with urllib.request.urlopen(request) as answer:
        return answer.read().decode()


def change(kind, **arguments):
    control("change", {"kind": kind, **arguments})


def led(url):
    """Where a URL of the authority really leads."""
    rest = url.removeprefix(AUTHORITY)
    if rest == url:
        return url
    return ORIGIN + (rest if rest.startswith("/login/") else f"/login{rest}")


class Session(requests.Session):
    """msal's client of HTTP."""

    def request(self, method, url, headers=None, **arguments):
        proxied = {**(headers or {}), "host": "login.test", "x-forwarded-proto": "https"}
        return super().request(method, led(url), headers=proxied, **arguments)


class Transport(RequestsTransport):
    """azure-identity's."""

    def send(self, request, **arguments):
        if request.url.startswith(AUTHORITY):
            request.headers.update({"host": "login.test", "x-forwarded-proto": "https"})
            request.url = led(request.url)
        return super().send(request, **arguments)


class Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_arguments):
        return None


def press(url, **fields):
    """Presses a button of the page, and follows nothing."""
    request = urllib.request.Request(led(url), data=urllib.parse.urlencode(fields).encode())
    try:
        with urllib.request.build_opener(Stay).open(request) as answer:
            return answer.read().decode()
    except urllib.error.HTTPError as answer:
        return answer.headers["location"] or answer.read().decode()


def answered(location):
    return {name: values[0] for name, values in urllib.parse.parse_qs(location.split("?", 1)[1]).items()}


def who(token):
    """Whom Azure DevOps takes the token for; nothing if it refuses it."""
    url = f"{ORIGIN}/azure-devops/fabrikam/_apis/connectionData?api-version=7.1-preview.1"
    headers = {"authorization": f"Bearer {token}", "x-tfs-fedauthredirect": "Suppress"}
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers)) as answer:
            return json.load(answer)["authenticatedUser"]["providerDisplayName"]
    except urllib.error.HTTPError as error:
        return error.code


def check(what, seen, expected):
    if seen != expected:
        sys.exit(f"WRONG {what}: {seen!r}, expected {expected!r}")
    print(f"ok    {what}")


DIRECTORY = json.loads(control("entra"))
TENANT = DIRECTORY["tenants"][0]["id"]
APPLICATIONS = {application["role"]: application for application in DIRECTORY["applications"]}
ADIT, ROBOT, TERMINAL = APPLICATIONS["adit"], APPLICATIONS["robot"], APPLICATIONS["terminal"]
COMMON = {"instance_discovery": False}


def secret(application):
    return application["secrets"][0]["value"]


def certificate(application):
    pem = application["certificate"]["pem"]
    key, public = re.findall(r"-----BEGIN .*?-----END [A-Z ]+-----\n", pem, re.DOTALL)
    return {"private_key": key, "public_certificate": public}


def confidential(application, credential):
    return msal.ConfidentialClientApplication(
        application["client_id"], client_credential=credential, authority=f"{AUTHORITY}/{TENANT}",
        http_client=Session(), **COMMON)


def code():
    client = confidential(ADIT, secret(ADIT))
    flow = client.initiate_auth_code_flow([SCOPE], redirect_uri=REDIRECT)
    check("the page asks for an account", "Pick an account" in press(flow["auth_uri"]), True)
    check("and then for consent", "Permissions requested" in press(flow["auth_uri"], account="user0@example.com"), True)
    denied = answered(press(flow["auth_uri"], account="user0@example.com", decision="cancel"))
    check("who does not agree is sent back", denied["error"], "access_denied")
    result = client.acquire_token_by_auth_code_flow(
        flow, answered(press(flow["auth_uri"], account="user0@example.com", decision="accept")))
    check("a code with PKCE", (who(result["access_token"]), result["id_token_claims"]["tid"]), ("Ada Lovelace", TENANT))
    again = client.acquire_token_by_auth_code_flow(
        flow, answered(press(flow["auth_uri"], account="user0@example.com")))
    check("consent is asked for once", who(again["access_token"]), "Ada Lovelace")
    wrong = client.initiate_auth_code_flow([SCOPE], redirect_uri=REDIRECT)
    answer = answered(press(wrong["auth_uri"], account="user0@example.com"))
    wrong["code_verifier"] = "v" * 43
    check("another verifier", client.acquire_token_by_auth_code_flow(wrong, answer)["error_codes"], [501481])
    return client, result["refresh_token"]


def refresh(client, token):
    first = client.acquire_token_by_refresh_token(token, [SCOPE])
    second = client.acquire_token_by_refresh_token(token, [SCOPE])
    new = second["refresh_token"]
    check("a refresh token that stays good", (who(first["access_token"]), new not in (token, first["refresh_token"])),
          ("Ada Lovelace", True))
    change("expire_tokens")
    check("an expired token is refused", who(second["access_token"]), 401)
    change("require_mfa", user="reader")
    refused = client.acquire_token_by_refresh_token(new, [SCOPE])
    check("a second factor is wanted", (refused["error"], refused["error_codes"], refused["suberror"]),
          ("invalid_grant", [50076], "basic_action"))
    change("revoke_grants", user="reader")
    # The client remembers a refusal for a minute, so another token of the same person is tried.
    check("revoked", client.acquire_token_by_refresh_token(first["refresh_token"], [SCOPE])["error_codes"], [50173])


def application_itself():
    for what, credential in [("a secret", secret(ROBOT)), ("a certificate", certificate(ROBOT))]:
        result = confidential(ROBOT, credential).acquire_token_for_client([SCOPE])
        check(f"client credentials with {what}", result.get("error_description") or who(result["access_token"]), "Robot of Fabrikam")


def device():
    change("set_sign_in", interval_seconds=1)
    client = msal.PublicClientApplication(
        TERMINAL["client_id"], authority=f"{AUTHORITY}/{TENANT}", http_client=Session(), **COMMON)
    flow = client.initiate_device_flow([SCOPE])
    press(flow["verification_uri"], user_code=flow["user_code"], account="user1@example.com", decision="continue")
    flow["expires_at"] = time.time() + 30
    check("a device code", who(client.acquire_token_by_device_flow(flow)["access_token"]), "Björn Ñandú")
    declined = client.initiate_device_flow([SCOPE])
    press(declined["verification_uri"], user_code=declined["user_code"], decision="cancel")
    check("a device code that is declined", client.acquire_token_by_device_flow(declined)["error"], "authorization_declined")


def azure_identity():
    common = {"authority": AUTHORITY, "transport": Transport(), "disable_instance_discovery": True}
    tenant, robot = TENANT, ROBOT["client_id"]
    ways = [ClientSecretCredential(tenant, robot, secret(ROBOT), **common),
            CertificateCredential(tenant, robot, certificate_data=ROBOT["certificate"]["pem"].encode(), **common)]
    with tempfile.NamedTemporaryFile("w", suffix=".jwt") as file:
        file.write(control("entra/federated-token"))
        file.flush()
        ways.append(WorkloadIdentityCredential(tenant_id=tenant, client_id=robot, token_file_path=file.name, **common))
        names = [who(way.get_token(SCOPE).token) for way in ways]
        check("azure-identity: secret, certificate, federation", names, ["Robot of Fabrikam"] * 3)
        file.seek(0)
        file.truncate()
        file.write(control("entra/federated-token?subject=somebody-else"))
        file.flush()
        other = WorkloadIdentityCredential(tenant_id=tenant, client_id=robot, token_file_path=file.name, **common)
        try:
            other.get_token(SCOPE)
            sys.exit("WRONG a foreign subject was accepted")
        except ClientAuthenticationError as error:
            check("azure-identity: a foreign subject", "AADSTS700213" in str(error), True)
    os.environ["AZURE_POD_IDENTITY_AUTHORITY_HOST"] = ORIGIN + DIRECTORY["imds"]["host"]
    of_machine = who(ManagedIdentityCredential().get_token(SCOPE).token)
    os.environ["IDENTITY_ENDPOINT"] = ORIGIN + DIRECTORY["app_service"]["path"]
    os.environ["IDENTITY_HEADER"] = DIRECTORY["app_service"]["header"]
    of_service = who(ManagedIdentityCredential().get_token(SCOPE).token)
    check("azure-identity: managed identity by IMDS and App Service", [of_machine, of_service], ["Machine of Fabrikam"] * 2)


def main():
    warnings.simplefilter("ignore")  # It recommends form_post; a form cannot be posted to nobody.
    client, token = code()
    refresh(client, token)
    application_itself()
    device()
    azure_identity()


main()
