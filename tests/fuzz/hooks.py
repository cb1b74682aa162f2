"""What schemathesis knows of the shop: who sends a request, and names that exist.

Environment: MICROMART_FUZZ, a JSON file with `gateway` and the admin's `email` and `password`.
"""

import json
import os
import time
import uuid

import requests
import schemathesis

with open(os.environ["MICROMART_FUZZ"], encoding="utf-8") as file:
    SHOP = json.load(file)

ADDRESS = {
    "name": "Fuzz",
    "line1": "1 Random Street",
    "city": "Lyon",
    "postalCode": "69001",
    "country": "FR",
}
CALLBACK = "https://app.example/callback"


def ask(method, path, body=None, token=None, **headers):
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    url = SHOP["gateway"] + path
    while True:
        answer = requests.request(method, url, json=body, headers=headers, timeout=20)
        if answer.status_code != 429:
            break
        time.sleep(int(answer.headers["Retry-After"]))
    answer.raise_for_status()
    return answer.json() if answer.content else None


def register():
    email = f"{uuid.uuid4()}@fuzz.example"
    password = f"fuzz {email}"
    session = ask("POST", "/v1/auth/register", {"email": email, "password": password, "name": "Fuzz"})
    return {**session, "email": email, "password": password}


def admin():
    login = {"email": SHOP["email"], "password": SHOP["password"]}
    return ask("POST", "/v1/auth/login", login)["accessToken"]


def add_to_cart(token):
    """One more of our own; a line that is full has it already."""
    body = {"sku": OWN["sku"], "quantity": 1}
    headers = {"Authorization": f"Bearer {token}"}
    answer = requests.post(SHOP["gateway"] + "/v1/cart/items", json=body, headers=headers, timeout=20)
    if answer.status_code != 422:
        answer.raise_for_status()


def buy(token, card="tok_visa"):
    add_to_cart(token)
    body = {"shippingAddress": ADDRESS, "payment": {"method": "card", "token": card}}
    key = {"Idempotency-Key": str(uuid.uuid4())}
    return ask("POST", "/v1/orders", body, token, **key)["id"]


def erase():
    """An erasure and what opens it: id, token."""
    headers = {"Authorization": f"Bearer {register()['accessToken']}"}
    answer = requests.delete(SHOP["gateway"] + "/v1/me", headers=headers, timeout=20)
    answer.raise_for_status()
    return answer.headers["Location"].rsplit("/", 1)[1], answer.headers["X-Erasure-Token"]


def new_product(staff):
    sku = f"FUZZ-{uuid.uuid4()}"
    variant = {"sku": sku, "price": {"amount": 100, "currency": "EUR"}, "stock": 100_000}
    draft = {"title": f"Fuzz {sku}", "status": "active", "variants": [variant]}
    return ask("POST", "/v1/admin/products", draft, staff)


def new_client(staff, **more):
    """An OAuth client: a machine, unless it is told otherwise."""
    draft = {"name": "Fuzz", "grantTypes": ["client_credentials"], "scopes": ["orders:read"], **more}
    return ask("POST", "/v1/admin/clients", draft, staff)


OWN = {}


def furnish():
    """A product, a shopper, an address, an order and clients of our own: nothing that another test needs is touched."""
    staff = admin()
    product = new_product(staff)
    OWN["product"] = product["id"]
    OWN["sku"] = product["variants"][0]["sku"]
    shopper = register()
    token = shopper["accessToken"]
    OWN["user"] = shopper["user"]["id"]
    OWN["address"] = ask("POST", "/v1/me/addresses", ADDRESS, token)["id"]
    OWN["order"] = buy(token)
    OWN["erasure"], OWN["erasureToken"] = erase()
    till = new_client(staff)
    OWN["client"], OWN["clientSecret"] = till["id"], till["secret"]
    application = {"tokenEndpointAuthMethod": "none", "grantTypes": ["authorization_code"], "scopes": ["openid", "orders"]}
    OWN["application"] = new_client(staff, redirectUris=[CALLBACK], **application)["id"]
    return token


SHOPPER = furnish()

# Of which kind the id in a path is, by how the path begins.
KINDS = [
    ("/v1/products/", "product"),
    ("/v1/admin/products/", "product"),
    ("/v1/orders/", "order"),
    ("/v1/admin/orders/", "order"),
    ("/v1/admin/users/", "user"),
    ("/v1/admin/clients/", "client"),
    ("/v1/me/addresses/", "address"),
    ("/v1/cart/items/", "sku"),
    ("/v1/admin/stock/", "sku"),
    ("/v1/erasures/", "erasure"),
]
NAMES = {
    "/account/{asset}": "account.css",
    "/docs/{asset}": "swagger-ui.css",
    "/images/{name}": "linen-kitchen-apron.svg",
    "/v1/webhooks/{provider}": "simulated",
}

# Whose calls end the caller's own session or lock it out: each has a new shopper.
ALONE = ["DELETE /v1/me", "POST /v1/me/password", "POST /v1/me/totp/confirm", "DELETE /v1/me/totp"]

# An access token lives for five minutes.
LIFE = 200
tokens = {"shopper": (time.monotonic(), SHOPPER)}


def name_of(case):
    return f"{case.method} {case.operation.path}"


def token_for(case):
    if name_of(case) in ALONE:
        return register()["accessToken"]
    role = "admin" if case.operation.path.startswith("/v1/admin/") else "shopper"
    made, token = tokens.get(role, (0, None))
    if time.monotonic() - made > LIFE or token is None:
        token = admin() if role == "admin" else register()["accessToken"]
        tokens[role] = (time.monotonic(), token)
    return token


@schemathesis.auth(refresh_interval=None)
class Bearer:
    def get(self, case, context):
        return token_for(case)

    def set(self, case, data, context):
        case.headers = case.headers or {}
        case.headers["Authorization"] = f"Bearer {data}"


def placed(case):
    """An order of what is in the cart, paid in one of the ways there are."""
    add_to_cart(token_for(case))
    body = {key: value for key, value in case.body.items() if key == "shippingAddress"}
    cards = ["tok_visa", "tok_declined", "tok_pending", "tok_3ds"]
    payment = {"method": "card", "token": cards[turn % len(cards)]}
    return {"shippingAddress": ADDRESS, **body, "payment": payment}


def product(case):
    """A product with the given texts, and a variant that can be."""
    texts = ["title", "description", "brand", "status", "tags"]
    body = {key: value for key, value in case.body.items() if key in texts}
    return {**body, "variants": [{"sku": f"FUZZ-{uuid.uuid4()}", "price": {"amount": turn, "currency": "EUR"}}]}


def known_login(case):
    member = register()
    return {"email": member["email"], "password": member["password"]}


def as_read(case, path):
    """With the version that stands there."""
    answer = requests.get(SHOP["gateway"] + path, headers={"Authorization": f"Bearer {admin()}"}, timeout=20)
    case.headers["If-Match"] = answer.headers["ETag"]
    return case.body


def as_client(form):
    """What a client sends, with its secret. A secret of our own client is never rotated."""

    def body(case):
        case.headers["Authorization"] = requests.auth._basic_auth_str(OWN["client"], OWN["clientSecret"])
        return form

    return body


def asked(case):
    """What sends a browser to the page to sign in."""
    challenge = {"code_challenge": "x" * 43, "code_challenge_method": "S256"}
    known = {"client_id": OWN["application"], "redirect_uri": CALLBACK, "response_type": "code", "scope": "openid orders"}
    kept = {name: value for name, value in case.query.items() if name in ("state", "nonce", "login_hint")}
    return {**kept, **known, **challenge}


# Bodies that name what there is; of chance alone hardly any would be let in.
BODIES = {
    "POST /v1/cart/items": lambda case: {"sku": OWN["sku"], "quantity": turn % 9 + 1},
    "POST /v1/orders": placed,
    "POST /v1/admin/products": product,
    "POST /v1/auth/login": known_login,
    "POST /v1/auth/refresh": lambda case: {"refreshToken": register()["refreshToken"]},
    "PUT /v1/admin/users/{id}/roles": lambda case: as_read(case, f"/v1/admin/users/{OWN['user']}"),
    "PUT /v1/admin/clients/{id}": lambda case: as_read(case, f"/v1/admin/clients/{OWN['client']}"),
    "POST /oauth2/token": as_client({"grant_type": "client_credentials", "scope": "orders:read"}),
    "POST /oauth2/introspect": as_client({"token": SHOPPER}),
    "POST /oauth2/revoke": as_client({"token": "unknown"}),
    "POST /v1/admin/products/import": lambda case: "Handle,Title,Variant SKU,Variant Price\n"
    f"fuzz-{turn},{json.dumps(case.body)},FUZZ-{uuid.uuid4()},1.00\n",
}

turn = 0


@schemathesis.hook
def before_call(context, case, kwargs):
    """Every second request that is right by its form is right by what it names, too."""
    global turn
    turn += 1
    if case.meta is None or case.meta.generation.mode.is_negative or turn % 2:
        return
    name = name_of(case)
    case.query.pop("cursor", None)  # none of chance is ours
    if "Idempotency-Key" in case.headers:
        case.headers["Idempotency-Key"] = str(uuid.uuid4())
    if "X-Erasure-Token" in case.headers:
        case.headers["X-Erasure-Token"] = OWN["erasureToken"]
    for first in list(case.path_parameters)[:1]:
        kinds = [OWN[kind] for prefix, kind in KINDS if name.split()[1].startswith(prefix)]
        known = kinds[0] if kinds else NAMES.get(name.split()[1])
        if known:
            case.path_parameters[first] = known
    if name in ("PATCH /v1/cart/items/{sku}", "DELETE /v1/cart/items/{sku}"):
        add_to_cart(token_for(case))
    if name == "DELETE /v1/admin/products/{id}":
        case.path_parameters["id"] = new_product(token_for(case))["id"]
    if name in ("DELETE /v1/admin/clients/{id}", "POST /v1/admin/clients/{id}/secret"):
        case.path_parameters["id"] = new_client(token_for(case))["id"]
        as_read(case, f"/v1/admin/clients/{case.path_parameters['id']}")
    if name == "GET /oauth2/authorize":
        case.query = asked(case)
    if name == "POST /v1/orders/{id}/payment":
        case.path_parameters["id"] = buy(token_for(case), "tok_3ds")
    if name in BODIES:
        case.body = BODIES[name](case)
