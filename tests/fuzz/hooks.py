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


def ask(method, path, body=None, token=None, **headers):
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    url = SHOP["gateway"] + path
    answer = requests.request(method, url, json=body, headers=headers, timeout=20)
    answer.raise_for_status()
    return answer.json() if answer.content else None


def register():
    email = f"{uuid.uuid4()}@fuzz.example"
    body = {"email": email, "password": f"fuzz {email}", "name": "Fuzz"}
    return ask("POST", "/v1/auth/register", body)


def admin():
    login = {"email": SHOP["email"], "password": SHOP["password"]}
    return ask("POST", "/v1/auth/login", login)["accessToken"]


def furnish():
    """A product, a shopper, an address and an order of our own: nothing that another test needs is touched."""
    staff = admin()
    sku = f"FUZZ-{uuid.uuid4()}"
    variant = {"sku": sku, "price": {"amount": 100, "currency": "EUR"}, "stock": 1_000}
    draft = {"title": f"Fuzz {sku}", "status": "active", "variants": [variant]}
    product = ask("POST", "/v1/admin/products", draft, staff)
    shopper = register()
    token = shopper["accessToken"]
    address = ask("POST", "/v1/me/addresses", ADDRESS, token)
    ask("POST", "/v1/cart/items", {"sku": sku, "quantity": 1}, token)
    payment = {"method": "card", "token": "tok_visa"}
    order = ask(
        "POST",
        "/v1/orders",
        {"shippingAddress": ADDRESS, "payment": payment},
        token,
        **{"Idempotency-Key": str(uuid.uuid4())},
    )
    return {
        "shopper": token,
        "sku": sku,
        "product": product["id"],
        "order": order["id"],
        "user": shopper["user"]["id"],
        "address": address["id"],
    }


OWN = furnish()

# Of which kind the id in a path is, by how the path begins.
KINDS = [
    ("/v1/products/", "product"),
    ("/v1/admin/products/", "product"),
    ("/v1/orders/", "order"),
    ("/v1/admin/orders/", "order"),
    ("/v1/admin/users/", "user"),
    ("/v1/me/addresses/", "address"),
    ("/v1/cart/items/", "sku"),
    ("/v1/admin/stock/", "sku"),
]

turn = 0


@schemathesis.hook
def map_path_parameters(context, path_parameters):
    """Every second request names something that exists."""
    global turn
    turn += 1
    if not path_parameters or turn % 2:
        return path_parameters
    for prefix, kind in KINDS:
        if context.operation.path.startswith(prefix):
            first = next(iter(path_parameters))
            return {**path_parameters, first: OWN[kind]}
    return path_parameters


# An access token lives for five minutes.
LIFE = 200
tokens = {}


def token_of(role):
    made, token = tokens.get(role, (0, None))
    if time.monotonic() - made > LIFE or token is None:
        token = admin() if role == "admin" else register()["accessToken"]
        tokens[role] = (time.monotonic(), token)
    return token


tokens["shopper"] = (time.monotonic(), OWN["shopper"])


def role_of(case):
    if case.operation.path.startswith("/v1/admin/"):
        return "admin"
    # Whoever is erased, or locked out by wrong passwords, is nobody else.
    if case.operation.path == "/v1/me/password" or (
        case.operation.path == "/v1/me" and case.method == "DELETE"
    ):
        return f"{case.method} {case.operation.path}"
    return "shopper"


@schemathesis.auth(refresh_interval=None)
class Bearer:
    def get(self, case, context):
        return token_of(role_of(case))

    def set(self, case, data, context):
        case.headers = case.headers or {}
        case.headers["Authorization"] = f"Bearer {data}"
