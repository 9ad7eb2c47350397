import email
import email.policy
import ssl
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from aiosmtpd.smtp import AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from events_service import clock
from events_service.outbox.rules import PostedLetter, Status, Trouble
from events_service.outbox.transports import Smtp, Spool, spool_name, transport_for
from events_service.settings import BadSetting, Settings
from tests.outbox.given import SENDER, SOON, mail_server, posted, rendered, row_of, send_all

POSTED = datetime(2027, 3, 7, 9, 5, 7, tzinfo=UTC)


def letter(letter_id: str = "abc", *, kind: str = "confirmation") -> PostedLetter:
    return PostedLetter(
        id=letter_id, message_id=f"<{letter_id}@events.example>", kind=kind, recipient="asa@malmo.example",
        recipient_name="Åsa", language="sv", facts={}, event_slug=None, registration_id=None, status=Status.WAITING,
        attempts=0, priority=5, created_at=POSTED, next_attempt_at=POSTED, sent_at=None, last_error=None,
    )  # fmt: skip


def files_in(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


async def spooled(folder: Path, *letters: PostedLetter) -> None:
    async with Spool(folder).open() as carrier:
        for one in letters:
            await carrier.deliver(one, rendered(one))


async def test_a_spooled_letter_is_its_message_to_the_byte_under_a_readable_name(tmp_path: Path) -> None:
    await spooled(tmp_path / "new" / "spool", letter())
    (file,) = (tmp_path / "new" / "spool").iterdir()
    assert file.name == "20270307T090507Z-confirmation-abc.eml"
    assert file.read_bytes() == rendered(letter()).message
    parsed = email.message_from_bytes(file.read_bytes(), policy=email.policy.SMTP)
    assert (parsed["Subject"], parsed["Message-ID"]) == ("Welcome", "<abc@events.example>")


async def test_a_second_delivery_stands_beside_the_first(tmp_path: Path) -> None:
    await spooled(tmp_path, letter(), letter(), letter(), letter("abd"))
    assert files_in(tmp_path) == [
        "20270307T090507Z-confirmation-abc-2.eml",
        "20270307T090507Z-confirmation-abc-3.eml",
        "20270307T090507Z-confirmation-abc.eml",
        "20270307T090507Z-confirmation-abd.eml",
    ]


@pytest.mark.parametrize("kind", ["../../etc/passwd", "a/b", "Å\x00 b"])
def test_a_kind_never_leads_out_of_the_folder(kind: str) -> None:
    assert set(spool_name(letter(kind=kind)).lower()) <= set("abcdefghijklmnopqrstuvwxyz0123456789_-")


async def test_no_unfinished_file_is_ever_seen_under_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[list[str]] = []

    def full(descriptor: int) -> None:
        seen.append([file.name for file in tmp_path.glob("*.eml")])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(Trouble) as trouble:
        await spooled(tmp_path, letter())
    assert seen == [[]]
    assert files_in(tmp_path) == []
    assert (trouble.value.reason, trouble.value.final, trouble.value.everywhere) == (
        "spool: No space left on device", False, True,
    )  # fmt: skip


async def test_a_spool_that_cannot_be_written_keeps_letters_waiting(database: Settings, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    (one,) = await posted()
    assert await send_all(Spool(tmp_path / "file")) == 1
    row = await row_of(one)
    assert (row["status"], row["last_error"]) == ("waiting", "spool: File exists")
    assert await send_all(Spool(tmp_path / "free"), now=SOON + timedelta(minutes=2)) == 1
    assert len(list((tmp_path / "free").iterdir())) == 1


def test_the_settings_choose_the_transport(tmp_path: Path) -> None:
    def chosen(**given: str) -> Spool | Smtp:
        environ = {f"EVENTS_{name.upper()}": value for name, value in given.items()}
        return transport_for(Settings.from_environ({"EVENTS_DATA_DIR": str(tmp_path), **environ}))

    spool = chosen(mail_url="spool:/var/spool/events")
    assert isinstance(spool, Spool)
    assert spool.folder == Path("/var/spool/events")
    plain = chosen(mail_url="smtp://mail.example", mail_from="Åsa, Events <bounces@events.example>")
    assert isinstance(plain, Smtp)
    assert (plain.host, plain.port, plain.over_tls, plain.sender) == (
        "mail.example",
        25,
        False,
        "bounces@events.example",
    )
    secure = chosen(mail_url="smtps://mail.example", mail_from="bounces@events.example")
    assert isinstance(secure, Smtp)
    assert (secure.port, secure.over_tls, secure.sender) == (465, True, "bounces@events.example")
    for bad in ({"mail_url": "smtp://"}, {"mail_url": "smtp://mail.example", "mail_from": "nobody"}):
        with pytest.raises(BadSetting):
            chosen(**bad)


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")  # smtps is TLS, which aiosmtpd overlooks
@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
async def test_tls_and_sign_in(
    scheme: str, database: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate, context = own_certificate(tmp_path)
    (one,) = await posted()
    tls = {"tls_context": context, "require_starttls": True} if scheme == "smtp" else {"ssl_context": context}
    with mail_server(controller={**tls, "authenticator": only("events", "s:e@cret"), "auth_required": True,
                                 "auth_require_tls": scheme == "smtp"}) as server:  # fmt: skip
        url = f"{scheme}://events:s%3Ae%40cret@127.0.0.1:{server.port}"
        transport = Smtp(url, sender=SENDER, own_name="127.0.0.1")
        assert await send_all(transport) == 1
        row = await row_of(one)
        assert (row["status"], row["attempts"]) == ("waiting", 1)
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        assert await send_all(transport, now=SOON + timedelta(minutes=2)) == 1
        assert len(server.delivered) == 1
        wrong = Smtp(url.replace("events:", "others:"), sender=SENDER, own_name="127.0.0.1")
        (two,) = await posted()
        assert await send_all(wrong) == 1
    row = await row_of(two)
    assert (row["status"], str(row["last_error"])[:3]) == ("waiting", "535")


def only(user: str, password: str) -> Callable[..., AuthResult]:
    def check(server: object, session: object, envelope: object, mechanism: str, given: LoginPassword) -> AuthResult:
        right = (given.login, given.password) == (user.encode(), password.encode())
        return AuthResult(success=right, handled=False)

    return check


def own_certificate(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """A certificate for 127.0.0.1 that nobody trusts yet, and the server's context with it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = clock.now()
    made = (
        x509.CertificateBuilder()
        .subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
        .not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    certificate, private = folder / "certificate.pem", folder / "key.pem"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, private)
    return certificate, context
