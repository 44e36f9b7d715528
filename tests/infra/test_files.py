"""Attachments: what is taken in and what is refused, who may read them, ranges, and the clean-up."""

import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from cleanheat.accounts.models import User
from cleanheat.infra.files import actions, storing
from cleanheat.infra.files.cleaning import clean_files
from cleanheat.infra.files.models import StoredFile
from cleanheat.infra.files.names import clean_name
from cleanheat.infra.jobs import Progress
from cleanheat.infra.models import AuditEntry
from cleanheat.kernel.errors import Problem

PNG = b"\x89PNG\r\n\x1a\n" + b"x" * 64 + b"\0\0\0\0IEND\xaeB`\x82"
JPEG = b"\xff\xd8\xff\xe0" + b"x" * 64 + b"\xff\xd9"
PDF = b"%PDF-1.7\n" + b"x" * 64 + b"\n%%EOF\n"
WAV = b"RIFF" + (36 + 64).to_bytes(4, "little") + b"WAVEfmt " + b"x" * 92
MP4 = b"\0\0\0\x18ftypisom" + b"x" * 12 + b"\0\0\0\x10moov" + b"x" * 8 + b"\0\0\0\x20mdat" + b"x" * 24
MP3 = b"ID3\x04" + b"x" * 400
WEBM = b"\x1a\x45\xdf\xa3" + b"x" * 200


def office(*names):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        for name in ("[Content_Types].xml", *names):
            package.writestr(name, "x" * 50)
    return out.getvalue()


@pytest.fixture
def user(cast, manual_clock):
    return User.objects.get(username="company.dispatcher")


def send(user, name, body):
    return actions.upload(user, name, io.BytesIO(body), len(body))


@pytest.mark.parametrize(
    ("name", "body", "kind"),
    [
        ("现场.png", PNG, "picture"),
        ("IMG.JPG", JPEG, "picture"),
        ("报告.pdf", PDF, "document"),
        ("表.xlsx", office("xl/workbook.xml"), "document"),
        ("文.docx", office("word/document.xml"), "document"),
        ("录音.wav", WAV, "audio"),
        ("录音.mp3", MP3, "audio"),
        ("视频.mp4", MP4, "video"),
        ("视频.webm", WEBM, "video"),
        ("说明.txt", "已更换传感器".encode(), "text"),
        ("说明.csv", "站,温度\n".encode("gb18030"), "text"),
    ],
)
def test_five_kinds_are_taken_in(user, name, body, kind):
    kept = send(user, name, body)
    assert (kept.kind, kept.size_bytes, kept.name) == (kind, len(body), name)
    assert b"".join(storing.read(kept.sha256, 0, len(body))) == body
    assert AuditEntry.objects.filter(verb="files.upload", object_id=str(kept.pk)).exists()


@pytest.mark.parametrize(
    ("name", "body", "status"),
    [
        ("空.png", b"", 422),
        ("程序.exe", b"MZ" + b"x" * 200, 415),
        ("网页.html", b"<html><script>alert(1)</script></html>", 415),
        ("图.svg", b"<svg onload='x()'/>", 415),
        ("伪装.txt", b"\xef\xbb\xbf <HTML><body>", 415),
        ("伪装.csv", b"#!/bin/sh\nrm -rf /", 415),
        ("伪装.png", b"<html></html>" + b"IEND\xaeB`\x82", 415),
        ("伪装.txt", b"MZ\x90\0\x03", 415),
        ("二进制.txt", b"abc\0def", 415),
        ("伪装.pdf", PNG, 415),
        ("宏.xlsx", office("xl/workbook.xml", "xl/vbaProject.bin"), 415),
        ("压缩.docx", office("other.txt"), 415),
        ("断.png", PNG[:-12], 422),
        ("断.jpg", JPEG[:-2], 422),
        ("断.pdf", PDF[:-7], 422),
        ("断.xlsx", office("xl/workbook.xml")[:-30], 422),
        ("断.wav", WAV[:-20], 422),
        ("断.mp4", MP4[:-5], 422),
        ("无头.mp4", MP4.replace(b"moov", b"free"), 422),
        ("怪.mp4", b"\0\0\0\x18ftypisom" + b"x" * 12 + b"\0\0\0\x02moov", 422),
        ("没有扩展名", b"x", 422),
        ("", b"x", 422),
        ("..", b"x", 422),
        (".png", PNG, 422),
    ],
)
def test_bad_files_are_refused_by_name(user, name, body, status):
    with pytest.raises(Problem) as caught:
        send(user, name, body)
    assert (caught.value.status, caught.value.field) == (status, "file")
    assert not StoredFile.objects.exists()


def test_too_large_is_said_with_the_limit(user, monkeypatch):
    monkeypatch.setitem(actions.MOST_BYTES, "text", 10)
    with pytest.raises(Problem) as caught:
        send(user, "长.txt", b"x" * 11)
    assert caught.value.status == 413
    with pytest.raises(Problem) as caught:
        actions.upload(user, "大.mp4", io.BytesIO(MP4), 10**12)
    assert caught.value.status == 413


def test_a_lying_length_is_refused(user):
    with pytest.raises(Problem):
        actions.upload(user, "x.txt", io.BytesIO(b"abc"), 5)


def test_loose_files_are_bounded(user, monkeypatch):
    monkeypatch.setattr(actions, "MOST_UNATTACHED", 1)
    send(user, "a.txt", b"a")
    with pytest.raises(Problem) as caught:
        send(user, "b.txt", b"b")
    assert caught.value.code == "too-many-files"


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("..\\..\\win.txt", "win.txt"),
        ("/abs/x.png", "x.png"),
        ("a\0b\n.txt", "ab.txt"),
        ("gpj\u202etxt.png", "gpjtxt.png"),
        ("CON:|?.txt", "CON___.txt"),
        ("x" * 300 + ".png", "x" * 116 + ".png"),
        ("  .hidden.txt", "hidden.txt"),
    ],
)
def test_names_make_no_paths(sent, kept):
    assert clean_name(sent) == kept


def test_the_same_content_lies_once(user):
    first, second = send(user, "a.png", PNG), send(user, "b.png", PNG)
    assert (first.sha256, first.sm3) == (second.sha256, second.sm3)
    assert first.pk != second.pk


@pytest.fixture
def posted(signed_in, user):
    client = signed_in("company.dispatcher")
    answer = client.post("/api/v1/files", {"file": SimpleUploadedFile("视频.mp4", MP4, "text/html")})
    assert answer.status_code == 201, answer.content
    return client, answer.json()


def test_over_http_type_comes_from_the_bytes(posted):
    client, file = posted
    assert (file["content_type"], file["is_inline"], file["is_attached"]) == ("video/mp4", True, False)
    answer = client.get(file["url"])
    assert b"".join(answer.streaming_content) == MP4
    assert answer["Content-Disposition"].startswith("inline; filename*=UTF-8''%E8%A7%86")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("asked", "status", "start", "end"),
    [
        ("bytes=0-9", 206, 0, 10),
        ("bytes=10-", 206, 10, len(MP4)),
        ("bytes=-5", 206, len(MP4) - 5, len(MP4)),
        ("bytes=5-9999", 206, 5, len(MP4)),
        ("bytes=0-1,3-4", 200, 0, len(MP4)),
        ("bytes=" + "9" * 5_000 + "-", 200, 0, len(MP4)),
        ("chickens", 200, 0, len(MP4)),
        (f"bytes={len(MP4)}-", 416, 0, 0),
        ("bytes=9-3", 416, 0, 0),
        ("bytes=-0", 416, 0, 0),
    ],
)
def test_players_get_ranges(posted, asked, status, start, end):
    client, file = posted
    answer = client.get(file["url"], headers={"Range": asked})
    assert answer.status_code == status
    if status != 416:
        assert b"".join(answer.streaming_content) == MP4[start:end]
        assert answer["Content-Length"] == str(end - start)
    if status == 206:
        assert answer["Content-Range"] == f"bytes {start}-{end - 1}/{len(MP4)}"


def test_bytes_that_are_gone_are_said_before_the_stream_begins(posted):
    client, file = posted
    storing.remove(StoredFile.objects.get(pk=file["id"]).sha256)
    answer = client.get(file["url"])
    assert answer.status_code == 404
    assert "附件内容" in answer.json()["title"]


def test_a_document_is_a_download(signed_in, user):
    client = signed_in("company.dispatcher")
    file = client.post("/api/v1/files", {"file": SimpleUploadedFile("x.txt", b"words")}).json()
    assert client.get(file["url"])["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize("name", ["company.reader", "company2.dispatcher", "office.dispatcher", "city.administrator"])
def test_a_loose_file_is_its_uploaders_alone(posted, signed_in, name):
    _, file = posted
    client = signed_in(name)
    assert client.get(file["url"]).status_code == 404
    assert client.get(f"/api/v1/files/{file['id']}").status_code == 404
    assert client.delete(f"/api/v1/files/{file['id']}").status_code == 404


def test_taking_back_and_cleaning(posted, manual_clock, user):
    client, file = posted
    kept = send(user, "a.txt", b"kept")
    actions.attach(user, [kept.pk], "governance.training", 1)
    twin = send(user, "b.txt", b"kept")
    assert client.delete(f"/api/v1/files/{kept.pk}").status_code == 404  # it belongs to something
    loose = send(user, "c.txt", b"loose")
    manual_clock.advance(23 * 3_600)
    assert clean_files({}, Progress(0, 0, 60)) == {"removed": 0, "freed": 0}
    manual_clock.advance(2 * 3_600)

    class Silent(Progress):
        def __call__(self, *args):
            pass

    assert clean_files({}, Silent(0, 0, 60)) == {"removed": 3, "freed": 2}
    assert not storing.exists(loose.sha256)
    assert storing.exists(kept.sha256)
    assert not StoredFile.objects.filter(pk=twin.pk).exists()
    assert client.get(file["url"]).status_code == 404
