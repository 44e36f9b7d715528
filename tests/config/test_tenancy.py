"""No address leaks: every route is listed here with how it keeps companies apart, and each promise is tried.

A new route fails ``test_every_route_is_listed`` until it has its line.  How a route keeps companies apart:

* ``public``: without a session, tells nothing of anybody;
* ``signed``: the sender's own key or seal instead of a session (tested with the gateway);
* ``same``: the same for everybody who is signed in;
* ``own``: answers differ by scope; tried with a company's object under the other company's eyes;
* ``city``: the city's people alone; tried as everybody else.
"""

from __future__ import annotations

import json
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from cleanheat.config.api import api
from tests.config.two_companies import OURS, THEIRS, things_of
from tests.screens.conftest import readings, stored  # noqa: F401 - fixtures

ROUTES = {
    "GET /session": "public",
    "POST /session": "public",
    "DELETE /session": "same",
    "POST /session/password": "same",
    "POST /users/{user_id}/password": "own",
    "GET /access-keys": "own",
    "POST /access-keys": "own",
    "DELETE /access-keys/{key_id}": "own",
    "GET /catalogue": "same",
    "GET /resources": "same",
    "GET /screens": "same",
    "GET /screens/{key}": "same",
    "GET /status": "own",
    "GET /totals": "own",
    "GET /organisations": "own",
    "GET /jobs/{job_id}": "own",
    "POST /jobs/{job_id}/cancel": "own",
    "GET /panels": "own",
    "GET /panels/{key}/export": "own",
    "GET /resources/{key}": "own",
    "POST /resources/{key}": "own",
    "GET /resources/{key}/export": "own",
    "POST /resources/{key}/import": "own",
    "GET /resources/{key}/{pk}": "own",
    "PATCH /resources/{key}/{pk}": "own",
    "GET /objects/{kind}": "own",
    "GET /objects/{kind}/{number}": "own",
    "GET /objects/{kind}/{number}/series": "own",
    "GET /search": "own",
    "GET /assets/equipment/standards": "same",
    "GET /assets/{kind}/{number}/equipment": "own",
    "GET /alerts": "own",
    "GET /alerts/standing": "own",
    "GET /alerts/{alert_id}": "own",
    "POST /alerts/{alert_id}/confirm": "own",
    "POST /alerts/{alert_id}/false": "own",
    "POST /alerts/{alert_id}/close": "own",
    "GET /overview/focus/{kind}": "own",
    "GET /overview/focus/{kind}/charts": "own",
    "GET /overview/focus/{kind}/export": "own",
    "GET /overview/way": "own",
    "GET /overview/situation": "own",
    "GET /catalogue/elements": "same",
    "GET /catalogue/elements/{key}": "same",
    "PATCH /catalogue/elements/{key}": "city",
    "GET /catalogue/elements/{key}/versions": "same",
    "GET /catalogue/tree": "same",
    "GET /catalogue/resources/{key}": "own",
    "GET /catalogue/search": "same",
    "GET /catalogue/lineage/{node}": "same",
    "GET /catalogue/words": "same",
    "GET /catalogue/compliance": "city",
    "GET /catalogue/export": "same",
    "POST /catalogue/import": "city",
    "GET /catalogue/shares": "city",
    "POST /catalogue/shares": "city",
    "GET /catalogue/shares/fields/{resource}": "city",
    "GET /catalogue/shares/{agreement_id}/uses": "city",
    "POST /catalogue/shares/{agreement_id}/revoke": "city",
    "GET /catalogue/share/{resource}": "own",
    "POST /complaints/imports": "city",
    "GET /complaints/imports": "own",
    "GET /complaints/imports/{import_id}": "own",
    "GET /complaints/imports/{import_id}/refused": "city",
    "POST /complaints/judge": "city",
    "GET /complaints/validity": "own",
    "GET /quality/rules": "same",
    "POST /quality/rules": "city",
    "GET /quality/rules/{number}": "same",
    "PATCH /quality/rules/{number}": "city",
    "POST /quality/rules/{number}/publish": "city",
    "POST /quality/rules/{number}/retire": "city",
    "POST /quality/rules/{number}/copy": "city",
    "POST /quality/rules/{number}/restore": "city",
    "GET /quality/rules/{number}/versions": "same",
    "GET /quality/language": "same",
    "GET /quality/hits/today": "own",
    "GET /quality/hits/today/{number}": "own",
    "POST /quality/expressions/check": "same",
    "POST /quality/previews": "city",
    "GET /quality/previews/{job_id}": "own",
    "GET /quality/records/checks": "own",
    "POST /quality/records/checks": "city",
    "GET /quality/records/summary": "own",
    "GET /quality/records/issues": "own",
    "GET /quality/records/issues/export": "own",
    "GET /quality/records/trend": "own",
    "GET /quality/records/ranking": "own",
    "POST /quality/records/issues/{issue_id}/accept": "own",
    "POST /quality/records/issues/{issue_id}/dismiss": "own",
    "GET /diagnosis/findings": "own",
    "GET /diagnosis/findings/counts": "own",
    "GET /diagnosis/findings/export": "own",
    "GET /diagnosis/objects/{kind}/{number}/past": "own",
    "GET /diagnosis/devices": "own",
    "GET /diagnosis/findings/{finding_id}": "own",
    "GET /diagnosis/objects/{kind}/{number}": "own",
    "GET /diagnosis/ranking/{kind}": "own",
    "GET /diagnosis/contradictions": "own",
    "POST /diagnosis/contradictions/{contradiction_id}/settle": "own",
    "GET /diagnosis/rooms": "own",
    "GET /diagnosis/rooms/summary": "own",
    "GET /diagnosis/rooms/{number}": "own",
    "GET /diagnosis/service": "own",
    "GET /diagnosis/heating-quality/{kind}": "own",
    "GET /diagnosis/service/weights": "same",
    "GET /diagnosis/service/{level}/{number}": "own",
    "GET /diagnosis/demands": "own",
    "POST /diagnosis/demands": "own",
    "POST /diagnosis/demands/{demand_id}/close": "own",
    "GET /diagnosis/portraits": "own",
    "GET /diagnosis/portraits/tags": "own",
    "GET /diagnosis/portraits/special": "own",
    "GET /diagnosis/portraits/{user}": "own",
    "GET /diagnosis/models/words": "same",
    "GET /diagnosis/models": "own",
    "GET /diagnosis/models/{version_id}": "own",
    "GET /diagnosis/models/{version_id}/objects": "own",
    "GET /diagnosis/models/{version_id}/objects/{number}": "own",
    "POST /diagnosis/models/{version_id}/adopt": "city",
    "POST /diagnosis/models/{version_id}/rollback": "city",
    "GET /diagnosis/parameters/{kind}/{number}": "own",
    "GET /diagnosis/trainings": "own",
    "POST /diagnosis/trainings": "city",
    "GET /diagnosis/networks": "own",
    "POST /diagnosis/networks": "city",
    "GET /diagnosis/overrides": "own",
    "POST /diagnosis/overrides": "city",
    "POST /diagnosis/overrides/{override_id}/end": "city",
    "GET /diagnosis/drift": "own",
    "POST /diagnosis/drift/{drift_id}/refit": "city",
    "POST /diagnosis/drift/{drift_id}/dismiss": "own",
    "GET /diagnosis/feedback": "own",
    "POST /diagnosis/feedback": "own",
    "GET /twin/analyses": "same",
    "POST /twin/analyses/buffer": "own",
    "POST /twin/analyses/overlay": "own",
    "POST /twin/analyses/density": "own",
    "POST /twin/analyses/service-area": "own",
    "POST /twin/analyses/within": "own",
    "POST /twin/analyses/export": "own",
    "GET /twin/manifest": "own",
    "GET /twin/network.bin": "own",
    "GET /twin/coverage/{kind}": "own",
    "GET /twin/trace/{kind}/{number}": "own",
    "POST /twin/what-if": "own",
    "GET /twin/isolate/{number}": "own",
    "GET /twin/connectivity": "own",
    "GET /twin/search": "own",
    "GET /twin/areas/{kind}": "own",
    "GET /twin/satellite": "same",
    "GET /twin/affected/{kind}": "own",
    "GET /twin/affected": "own",
    "GET /twin/themes/{theme}/{kind}/{number}": "own",
    "GET /twin/marks": "own",
    "GET /twin/replay/{theme}": "same",
    "GET /twin/replay/{theme}/{hour}": "own",
    "GET /evaluation/words": "same",
    "GET /evaluation/rounds": "same",
    "GET /evaluation/life-cycle": "same",
    "GET /evaluation/scores": "own",
    "GET /evaluation/scores/export": "own",
    "GET /evaluation/ranking": "own",
    "GET /evaluation/trend": "own",
    "GET /evaluation/checks": "own",
    "GET /evaluation/objects": "own",
    "GET /evaluation/problems": "own",
    "GET /evaluation/weights": "own",
    "POST /evaluation/weights": "city",
    "POST /evaluation/weights/preview": "city",
    "GET /evaluation/improvement": "own",
    "POST /evaluation/rounds/{span}/{period}/compute": "city",
    "POST /evaluation/rounds/{span}/{period}/publish": "city",
    "POST /evaluation/rounds/{span}/{period}/withdraw": "city",
    "GET /evaluation/samples": "own",
    "POST /evaluation/samples": "city",
    "GET /evaluation/samples/{sample_id}/records": "own",
    "POST /evaluation/samples/records/{record_id}": "own",
    "GET /evaluation/reports": "own",
    "POST /evaluation/reports": "city",
    "GET /evaluation/reports/{report_id}": "own",
    "GET /evaluation/reports/{report_id}/pdf": "own",
    "GET /evaluation/reports/{report_id}/export": "own",
    "POST /evaluation/reports/{report_id}/publish": "city",
    "POST /evaluation/reports/{report_id}/withdraw": "city",
    "POST /evaluation/reports/{report_id}/comments": "own",
    "POST /evaluation/reports/{report_id}/close": "city",
    "GET /quality/refetches": "own",
    "GET /quality/uploads": "own",
    "GET /quality/uploads/export": "own",
    "GET /quality/uploads/objects": "own",
    "GET /quality/uploads/mismatches": "own",
    "GET /quality/uploads/mismatches/export": "own",
    "GET /quality/uploads/calendar": "own",
    "GET /quality/trace": "own",
    "GET /quality/hits": "own",
    "GET /quality/values/confirmations": "own",
    "POST /quality/values/confirm": "own",
    "POST /quality/values/confirm/{confirmation_id}/undo": "own",
    "GET /orders": "own",
    "POST /orders": "own",
    "GET /orders/businesses": "same",
    "GET /orders/counts": "own",
    "GET /orders/export": "own",
    "POST /orders/steps": "own",
    "GET /orders/{order_id}": "own",
    "POST /orders/{order_id}/steps": "own",
    "GET /governance/trainings/{training_id}/files": "own",
    "POST /governance/trainings/{training_id}/files": "own",
    "GET /archive/conversion-words": "city",
    "POST /archive/conversions": "city",
    "GET /archive/conversions": "city",
    "GET /archive/conversions/{conversion_id}": "city",
    "DELETE /archive/conversions/{conversion_id}": "city",
    "POST /archive/conversions/{conversion_id}/control": "city",
    "POST /archive/conversions/{conversion_id}/start": "city",
    "GET /archive/conversions/{conversion_id}/result": "city",
    "GET /archive/conversions/{conversion_id}/report": "city",
    "GET /archive/conversions/{conversion_id}/refused": "city",
    "GET /archive/import-words": "same",
    "GET /archive/imports/{import_id}/differences": "own",
    "POST /archive/imports/{import_id}/decide": "city",
    "POST /archive/imports": "own",
    "GET /archive/imports": "own",
    "GET /archive/imports/{import_id}": "own",
    "GET /archive/imports/{import_id}/suggestion": "own",
    "POST /archive/imports/{import_id}/preview": "own",
    "POST /archive/imports/{import_id}/rehearse": "own",
    "GET /archive/imports/{import_id}/refused": "own",
    "GET /archive/imports/{import_id}/refused/file": "own",
    "POST /archive/imports/{import_id}/confirm": "own",
    "POST /archive/imports/{import_id}/undo": "city",
    "GET /archive/import-templates": "own",
    "POST /archive/import-templates": "own",
    "DELETE /archive/import-templates/{template_id}": "own",
    "GET /archive/records/{kind}/{number}": "own",
    "GET /archive/records/{kind}/{number}/versions": "own",
    "POST /archive/records/{kind}/{number}/restore": "own",
    "GET /archive/changes": "own",
    "POST /archive/changes": "own",
    "GET /archive/changes/{change_id}": "own",
    "POST /archive/changes/{change_id}/steps": "own",
    "GET /archive/matching/relations": "own",
    "POST /archive/matching/runs": "city",
    "GET /archive/matching/cases": "own",
    "POST /archive/matching/cases/{case_id}/decide": "own",
    "POST /archive/matching/cases/{case_id}/undo": "own",
    "POST /archive/matching/accept": "own",
    "GET /secrecy": "city",
    "POST /secrecy": "city",
    "POST /files": "same",
    "GET /files/{file_id}": "own",
    "DELETE /files/{file_id}": "own",
    "GET /files/{file_id}/content": "own",
    "GET /flows": "same",
    "GET /flows/{key}": "same",
    "POST /flows/{key}/rehearsals": "city",
    "POST /flows/{key}/versions": "city",
    "POST /flows/{key}/versions/{version_id}/publish": "city",
    "GET /diagnosis/forecast": "same",
    "POST /diagnosis/forecast": "city",
    "POST /diagnosis/forecast/file": "city",
    "GET /diagnosis/guidance/{kind}": "own",
    "GET /diagnosis/guidance/{kind}/{number}": "own",
    "GET /diagnosis/advice": "own",
    "GET /diagnosis/advice/{advice_id}": "own",
    "POST /diagnosis/advice/{advice_id}/answer": "own",
    "POST /diagnosis/advice/{advice_id}/hand-over": "own",
    "GET /diagnosis/scenarios": "own",
    "POST /diagnosis/scenarios": "own",
    "GET /diagnosis/scenarios/compare": "own",
    "GET /diagnosis/scenarios/{scenario_id}": "own",
    "DELETE /diagnosis/scenarios/{scenario_id}": "own",
    "GET /diagnosis/capacity/{kind}": "own",
    "GET /diagnosis/peak-boilers": "own",
    "GET /diagnosis/systems": "own",
    "POST /ingest/batches": "signed",
    "POST /ingest/rows": "signed",
    "GET /ingest/keys": "signed",
    "POST /ingest/keys": "signed",
    "POST /ingest/keys/enrol": "signed",
    "GET /ingest/objects": "signed",
    "GET /ingest/refetch": "signed",
}

FOREIGN = {
    "GET /archive/imports/{import_id}": "/archive/imports/{import}",
    "POST /archive/imports/{import_id}/preview": "/archive/imports/{import}/preview",
    "POST /archive/imports/{import_id}/rehearse": "/archive/imports/{import}/rehearse",
    "GET /archive/imports/{import_id}/refused": "/archive/imports/{import}/refused",
    "GET /archive/imports/{import_id}/refused/file": "/archive/imports/{import}/refused/file",
    "POST /archive/imports/{import_id}/confirm": "/archive/imports/{import}/confirm",
    "GET /archive/imports/{import_id}/differences": "/archive/imports/{import}/differences",
    "GET /archive/imports/{import_id}/suggestion": "/archive/imports/{import}/suggestion",
    "DELETE /archive/import-templates/{template_id}": "/archive/import-templates/{template}",
    "GET /jobs/{job_id}": "/jobs/{job}",
    "POST /jobs/{job_id}/cancel": "/jobs/{job}/cancel",
    "POST /users/{user_id}/password": "/users/{user}/password",
    "DELETE /access-keys/{key_id}": "/access-keys/{key}",
    "GET /resources/{key}/{pk}": "/resources/accounts.user/{user}",
    "PATCH /resources/{key}/{pk}": "/resources/accounts.user/{user}",
    "GET /objects/{kind}/{number}": "/objects/substation/2",
    "GET /objects/{kind}/{number}/series": "/objects/unit/9/series?signals=heat_power_gj_h",
    "GET /assets/{kind}/{number}/equipment": "/assets/substation/2/equipment",
    "GET /twin/trace/{kind}/{number}": "/twin/trace/substation/2",
    "GET /overview/way": "/overview/way?kind=substation&number=2",
    "GET /twin/isolate/{number}": "/twin/isolate/2",
    "GET /twin/affected/{kind}": "/twin/affected/building?what=down&kind=substation&number=2",
    "GET /twin/affected": "/twin/affected?what=down&kind=substation&number=2",
    "GET /twin/themes/{theme}/{kind}/{number}": "/twin/themes/alerts/substation/2",
    "GET /quality/trace": "/quality/trace?kind=unit&number=9&signal=heat_power_gj_h&minute=1768478340",
    "GET /quality/hits": "/quality/hits?kind=unit&number=9&start=1768478000&end=1768478400",
    "GET /quality/values/confirmations": "/quality/values/confirmations?kind=unit&number=9&start=1&end=9",
    "GET /diagnosis/guidance/{kind}/{number}": "/diagnosis/guidance/unit/9",
    "GET /diagnosis/rooms/{number}": "/diagnosis/rooms/2",
    "GET /diagnosis/service/{level}/{number}": "/diagnosis/service/company/20",
    "GET /diagnosis/portraits/{user}": "/diagnosis/portraits/2",
    "GET /diagnosis/findings/{finding_id}": "/diagnosis/findings/{finding}",
    "GET /diagnosis/objects/{kind}/{number}": "/diagnosis/objects/substation/2",
    "GET /diagnosis/objects/{kind}/{number}/past": "/diagnosis/objects/unit/9/past",
    "GET /diagnosis/advice/{advice_id}": "/diagnosis/advice/{advice}",
    "POST /diagnosis/advice/{advice_id}/answer": "/diagnosis/advice/{advice}/answer",
    "GET /diagnosis/scenarios/compare": "/diagnosis/scenarios/compare?ids={scenario}",
    "GET /diagnosis/scenarios/{scenario_id}": "/diagnosis/scenarios/{scenario}",
    "DELETE /diagnosis/scenarios/{scenario_id}": "/diagnosis/scenarios/{scenario}",
    "GET /alerts/{alert_id}": "/alerts/{alert}",
    "POST /alerts/{alert_id}/confirm": "/alerts/{alert}/confirm",
    "POST /alerts/{alert_id}/false": "/alerts/{alert}/false",
    "POST /alerts/{alert_id}/close": "/alerts/{alert}/close",
    "GET /orders/{order_id}": "/orders/{order}",
    "POST /orders/{order_id}/steps": "/orders/{order}/steps",
    "GET /governance/trainings/{training_id}/files": "/governance/trainings/{training}/files",
    "POST /governance/trainings/{training_id}/files": "/governance/trainings/{training}/files",
    "GET /archive/records/{kind}/{number}": "/archive/records/building/2",
    "GET /archive/records/{kind}/{number}/versions": "/archive/records/building/2/versions",
    "GET /archive/changes/{change_id}": "/archive/changes/{change}",
    "POST /archive/changes/{change_id}/steps": "/archive/changes/{change}/steps",
    "POST /archive/matching/cases/{case_id}/decide": "/archive/matching/cases/{case}/decide",
    "GET /files/{file_id}": "/files/{file}",
    "DELETE /files/{file_id}": "/files/{file}",
    "GET /files/{file_id}/content": "/files/{file}/content",
    "GET /diagnosis/parameters/{kind}/{number}": "/diagnosis/parameters/unit/9",
    "GET /evaluation/trend": "/evaluation/trend?kind=company&number=20",
    "GET /evaluation/checks": "/evaluation/checks?kind=company&number=20",
    "GET /evaluation/objects": "/evaluation/objects?kind=company&number=20",
    "GET /evaluation/problems": "/evaluation/problems?kind=company&number=20",
    "GET /evaluation/samples/{sample_id}/records": "/evaluation/samples/{sample}/records",
    "GET /evaluation/reports/{report_id}": "/evaluation/reports/{report}",
    "GET /evaluation/reports/{report_id}/pdf": "/evaluation/reports/{report}/pdf",
    "GET /evaluation/reports/{report_id}/export": "/evaluation/reports/{report}/export",
    "POST /quality/records/issues/{issue_id}/accept": "/quality/records/issues/{issue}/accept",
    "POST /evaluation/reports/{report_id}/comments": "/evaluation/reports/{report}/comments",
}
"""Routes to one thing, pointed at a thing of company 20: for company 10 it must not exist."""

REGULATORS = {
    "POST /diagnosis/advice/{advice_id}/hand-over": "/diagnosis/advice/{advice}/hand-over",
    "POST /diagnosis/contradictions/{contradiction_id}/settle": "/diagnosis/contradictions/{contradiction}/settle",
    "POST /diagnosis/drift/{drift_id}/dismiss": "/diagnosis/drift/{drift}/dismiss",
    "POST /diagnosis/demands": "/diagnosis/demands",
    "POST /diagnosis/demands/{demand_id}/close": "/diagnosis/demands/{demand}/close",
    "POST /diagnosis/feedback": "/diagnosis/feedback",
    "POST /archive/records/{kind}/{number}/restore": "/archive/records/building/2/restore",
    "POST /archive/matching/cases/{case_id}/undo": "/archive/matching/cases/{case}/undo",
    "POST /orders": "/orders",
    "POST /quality/records/issues/{issue_id}/dismiss": "/quality/records/issues/{issue}/dismiss",
    "POST /quality/values/confirm": "/quality/values/confirm",
    "POST /quality/values/confirm/{confirmation_id}/undo": "/quality/values/confirm/{confirmation}/undo",
    "POST /evaluation/samples/records/{record_id}": "/evaluation/samples/records/{record}",
}
"""Work of regulators on one thing: no company may do it, and for the other district the thing does not exist."""

SHARED = {
    "GET /overview/focus/{kind}": "/overview/focus/substation?everybody=true",
    "GET /overview/focus/{kind}/charts": "/overview/focus/substation/charts",
    "GET /overview/situation": "/overview/situation",
    "GET /overview/focus/{kind}/export": "/overview/focus/substation/export?everybody=true&format=csv",
    "GET /diagnosis/guidance/{kind}": "/diagnosis/guidance/substation",
    "GET /diagnosis/findings": "/diagnosis/findings",
    "GET /diagnosis/findings/counts": "/diagnosis/findings/counts",
    "GET /diagnosis/findings/export": "/diagnosis/findings/export?format=csv",
    "GET /diagnosis/devices": "/diagnosis/devices",
    "GET /diagnosis/ranking/{kind}": "/diagnosis/ranking/substation",
    "GET /diagnosis/contradictions": "/diagnosis/contradictions",
    "GET /diagnosis/advice": "/diagnosis/advice",
    "GET /diagnosis/scenarios": "/diagnosis/scenarios",
    "GET /diagnosis/capacity/{kind}": "/diagnosis/capacity/substation",
    "GET /diagnosis/peak-boilers": "/diagnosis/peak-boilers",
    "GET /diagnosis/systems": "/diagnosis/systems",
    "GET /quality/refetches": "/quality/refetches",
    "GET /quality/uploads": "/quality/uploads",
    "GET /quality/uploads/export": "/quality/uploads/export",
    "GET /quality/uploads/objects": "/quality/uploads/objects?kind=unit",
    "GET /quality/uploads/mismatches": "/quality/uploads/mismatches",
    "GET /quality/uploads/mismatches/export": "/quality/uploads/mismatches/export",
    "GET /quality/uploads/calendar": "/quality/uploads/calendar",
    "GET /catalogue/resources/{key}": "/catalogue/resources/assets.substation",
    "GET /complaints/imports": "/complaints/imports",
    "GET /complaints/validity": "/complaints/validity",
    "GET /organisations": "/organisations",
    "GET /panels": "/panels?keys=screens.coldest_substations,screens.live_totals,alerts.newest",
    "GET /panels/{key}/export": "/panels/screens.coldest_substations/export",
    "GET /resources/{key}": "/resources/accounts.user?limit=500",
    "GET /resources/{key}/export": "/resources/accounts.organisation/export",
    "GET /objects/{kind}": "/objects/substation",
    "GET /search": "/search?q=换热站",
    "GET /twin/search": "/twin/search?q=换热站&limit=50",
    "GET /alerts": "/alerts",
    "GET /twin/marks": "/twin/marks",
    "GET /alerts/standing": "/alerts/standing?family=diagnosis",
    "GET /archive/changes": "/archive/changes",
    "GET /archive/matching/cases": "/archive/matching/cases",
    "GET /orders": "/orders",
    "GET /orders/counts": "/orders/counts",
    "GET /orders/export": "/orders/export?format=csv",
    "GET /evaluation/scores": "/evaluation/scores?data_set=*&period=2025-12",
    "GET /evaluation/scores/export": "/evaluation/scores/export?data_set=*&format=csv&period=2025-12",
    "GET /evaluation/ranking": "/evaluation/ranking?period=2025-12",
    "GET /evaluation/weights": "/evaluation/weights",
    "GET /evaluation/improvement": "/evaluation/improvement",
    "GET /evaluation/samples": "/evaluation/samples",
    "GET /evaluation/reports": "/evaluation/reports",
    "GET /quality/records/issues": "/quality/records/issues",
    "GET /archive/imports": "/archive/imports",
    "GET /archive/import-templates": "/archive/import-templates",
    "GET /quality/records/issues/export": "/quality/records/issues/export?format=csv",
}
"""Routes to many things: what company 10 gets must not hold the marks of company 20, and those of its own it must."""

ELSEWHERE = {
    "GET /diagnosis/rooms": "tests/diagnosis/service/test_http_rooms.py: a company's own rooms",
    "GET /diagnosis/rooms/summary": "tests/diagnosis/service/test_http_rooms.py",
    "GET /diagnosis/service": "tests/diagnosis/service/test_http_rooms.py: sums over one's own buildings",
    "GET /diagnosis/demands": "tests/diagnosis/service/test_http_rooms.py",
    "GET /diagnosis/portraits": "tests/diagnosis/service/test_http_rooms.py: one's own heat users",
    "GET /diagnosis/portraits/tags": "tests/diagnosis/service/test_http_rooms.py",
    "GET /diagnosis/portraits/special": "tests/diagnosis/service/test_http_rooms.py",
    "GET /diagnosis/heating-quality/{kind}": "tests/diagnosis/service/test_heating.py: one's own sources",
    "GET /diagnosis/drift": "tests/diagnosis/fleet/test_http_tuning.py",
    "GET /diagnosis/networks": "tests/diagnosis/fleet/test_networks.py: figures of one's own objects",
    "POST /diagnosis/scenarios": "tests/diagnosis/test_guidance.py: a company goes through its own part alone",
    "GET /diagnosis/models": "tests/diagnosis/fleet/test_http_models.py: figures of one's own objects",
    "GET /diagnosis/models/{version_id}": "tests/diagnosis/fleet/test_http_models.py",
    "GET /diagnosis/models/{version_id}/objects": "tests/diagnosis/fleet/test_http_models.py",
    "GET /diagnosis/models/{version_id}/objects/{number}": "tests/diagnosis/fleet/test_http_models.py",
    "GET /diagnosis/trainings": "tests/diagnosis/fleet/test_http_tuning.py: those of one's own objects",
    "GET /diagnosis/overrides": "tests/diagnosis/fleet/test_http_tuning.py",
    "GET /diagnosis/feedback": "tests/diagnosis/fleet/test_http_tuning.py",
    "GET /quality/hits/today": "tests/quality/test_rule_http.py: hits of today are those of one's own senders",
    "GET /quality/hits/today/{number}": "tests/quality/test_rule_http.py",
    "GET /quality/previews/{job_id}": "tests/quality/test_rule_http.py: another's preview does not exist",
    "GET /quality/records/checks": "tests/quality/test_records.py",
    "POST /orders/steps": "tests/orders/test_http.py: each order answers for itself",
    "GET /catalogue/share/{resource}": "tests/catalogue/test_sharing.py: rows of the agreement alone",
    "GET /complaints/imports/{import_id}": "tests/complaints/test_importing.py: files are the city's alone",
    "POST /resources/{key}": "tests/infra/test_resources.py: another company's organisation is refused",
    "POST /resources/{key}/import": "tests/infra/test_resources.py: line 3 of the import",
    "GET /quality/records/summary": "tests/quality/test_records.py: sums over one's own issues",
    "GET /quality/records/trend": "tests/quality/test_record_standing.py: counts of one's own issues",
    "GET /quality/records/ranking": "tests/quality/test_record_standing.py: one's own company alone",
    "POST /archive/changes": "tests/assets/test_changes.py: one's own records alone",
    "POST /archive/imports": "tests/assets/importing/test_asking.py: rows of one's own objects alone",
    "POST /archive/import-templates": "tests/assets/importing/test_asking.py: one's own organisation's",
    "POST /archive/matching/accept": "tests/assets/matching/test_queue.py: cases of one's own district alone",
    "GET /archive/matching/relations": "tests/assets/matching/test_queue.py: counts of one's own cases",
    "GET /status": "tests/pipeline",
    "GET /totals": "tests/pipeline",
    "GET /access-keys": "tests/accounts/test_keys.py: one's own keys, or those of the users one looks after",
    "POST /access-keys": "tests/accounts/test_keys.py: a key is always one's own",
    "POST /twin/analyses/buffer": "tests/twin/ogc/test_analysis.py: one's own objects are chosen, found and counted",
    "POST /twin/analyses/overlay": "tests/twin/ogc/test_analysis.py",
    "POST /twin/analyses/density": "tests/twin/ogc/test_analysis.py",
    "POST /twin/analyses/service-area": "tests/twin/ogc/test_analysis.py",
    "POST /twin/analyses/within": "tests/twin/ogc/test_analysis.py",
    "POST /twin/analyses/export": "tests/twin/ogc/test_analysis.py",
    "GET /twin/manifest": "tests/twin",
    "GET /twin/network.bin": "tests/twin/test_network.py",
    "GET /twin/coverage/{kind}": "tests/twin",
    "GET /twin/areas/{kind}": "tests/twin/test_coverage.py",
    "GET /twin/replay/{theme}/{hour}": "tests/twin/test_replay.py: states of one's own objects",
    "POST /twin/what-if": "tests/twin/test_tracing.py",
    "GET /twin/connectivity": "tests/twin/test_tracing.py",
}
MARKS_OF_10 = ("甲热力", "甲一分", "换热站1", "换热站3", "H10", "company.")
MARKS_OF_20 = ("乙热力", "乙一分", "换热站2", "换热站4", "H20", "company2.")
NAMELESS = {
    "GET /overview/situation",
    "GET /diagnosis/findings/counts", "GET /diagnosis/devices",
    "GET /diagnosis/guidance/{kind}", "GET /diagnosis/peak-boilers", "GET /diagnosis/systems",
    "GET /quality/uploads/mismatches", "GET /quality/uploads/mismatches/export", "GET /complaints/imports",
    "GET /complaints/validity", "GET /evaluation/improvement", "GET /evaluation/samples", "GET /evaluation/weights",
    "GET /orders/counts", "GET /catalogue/resources/{key}",
}  # fmt: skip
"""Lists that are empty or without names in the small city."""
GIVEN = {
    "note": "x", "password": "tuHao-92-qiao", "action": "accept", "files": [1], "reason": "x", "text": "x",
    "kind": "unit", "number": THEIRS.unit, "signal": "heat_power_gj_h", "start": 1, "end": 2, "verdict": "good",
    "verification": "right", "content": {}, "code": "x", "definition": {}, "document": {}, "version": 1, "size": 1,
}  # fmt: skip
"""A body that every route takes what it needs from: what is refused is refused for who asks."""
SHARE = {"client": "x", "resource": "assets.substation", "fields": ["name"], "purpose": "x"}
BODIES = {
    "POST /secrecy": {"seen": 0, "reason": "核查"},
    "POST /archive/conversions/{conversion_id}/control": {
        "model": "four",
        "plane": {"central_meridian": 126},
        "points": "name,x,y,longitude,latitude",
    },
    "POST /archive/conversions/{conversion_id}/start": {"system": "wgs84", "checks": "name,x,y,longitude,latitude"},
    "POST /archive/imports/{import_id}/preview": {"kind": "building", "layer": "csv", "columns": {}},
    "POST /archive/imports/{import_id}/rehearse": {"kind": "building", "layer": "csv", "columns": {}},
    "POST /archive/imports/{import_id}/confirm": {"reason": "x"},
    "POST /archive/imports/{import_id}/undo": {"reason": "x"},
    "POST /archive/imports/{import_id}/decide": {"approve": True},
    "POST /archive/import-templates": {"name": "x", "mapping": {"kind": "building", "layer": "csv", "columns": {}}},
    "POST /archive/matching/runs": {"relation": "device_village"},
    "POST /diagnosis/demands": {"kind": "substation", "number": THEIRS.substation, "reason": "x", "level": 3},
    "PATCH /catalogue/elements/{key}": {"owner": "x"},
    "POST /catalogue/shares": SHARE | {"valid_from": "2026-01-01T00:00:00Z", "valid_until": "2026-02-01T00:00:00Z"},
    "POST /evaluation/reports": {"span": "month", "period": "2025-12"},
    "POST /diagnosis/contradictions/{contradiction_id}/settle": {"verdict": "first", "reason": "x"},
    "POST /diagnosis/forecast": {"source": "x", "issued_at": "x", "hours": []},
    "POST /diagnosis/overrides": {"kind": "unit", "coefficient": "limit_factor", "value": 1.2, "reason": "x"},
    "POST /diagnosis/feedback": {"kind": "unit", "number": THEIRS.unit, "outcome": "confirmed", "reference": "x"},
}
"""Bodies of routes that take nothing else."""
FILLED = {"span": "month", "period": "2025-12"}
UPLOADS = {
    "POST /archive/conversions",
    "POST /archive/imports",
    "POST /catalogue/import",
    "POST /complaints/imports",
    "POST /diagnosis/forecast/file",
}


def _routes():
    paths = api.get_openapi_schema(path_prefix="")["paths"]
    return {f"{method.upper()} /{path.lstrip('/')}" for path, methods in paths.items() for method in methods}


def test_every_route_is_listed():
    assert _routes() == set(ROUTES), "say in ROUTES how each route keeps companies apart"


def test_every_scoped_route_is_tried():
    own = {route for route, how in ROUTES.items() if how == "own"}
    assert own == set(FOREIGN) | set(REGULATORS) | set(SHARED) | set(ELSEWHERE)


@pytest.fixture
def things(readings, cast):  # noqa: F811
    """Ids of company 20's things by name; company 10 has the like."""
    things_of(OURS)
    return things_of(THEIRS)


def _send(client, route, path, **more):
    method = route.split()[0].lower()
    if route in UPLOADS:
        return client.post(f"/api/v1{path}", {"file": SimpleUploadedFile("x.csv", b"x")})
    body = (BODIES.get(route, GIVEN) | more, "application/json") if method in {"post", "patch"} else ()
    return getattr(client, method)(f"/api/v1{path}", *body)


def _said(answer):
    """The answer as people read it: JSON may write Chinese as escapes, in which no mark would be found."""
    if answer["Content-Type"].startswith("application/json"):
        return json.dumps(answer.json(), ensure_ascii=False)
    return answer.content.decode("utf-8-sig")


def _anywhere(route):
    """The route's address, its names filled with something of the right form."""
    path = route.split()[1].replace("/flows/{key}", "/flows/governance.order")
    path = FOREIGN.get(route) or REGULATORS.get(route) or SHARED.get(route) or path
    return re.sub(r"{(\w+)}", lambda name: FILLED.get(name[1], "1"), path)


@pytest.mark.parametrize("route", sorted(r for r, how in ROUTES.items() if how in {"same", "own", "city"}))
def test_without_a_session_nothing_is_told(route, db):
    assert _send(Client(raise_request_exception=False), route, _anywhere(route)).status_code == 401


@pytest.mark.parametrize("route", sorted(FOREIGN))
def test_anothers_thing_does_not_exist(route, things, stored, signed_in):  # noqa: F811
    path = FOREIGN[route].format(**things)
    for who, statuses in (("company.administrator", {404}), ("office.dispatcher", {403, 404})):
        answer = _send(signed_in(who), route, path)
        assert answer.status_code in statuses, (who, answer.content)


@pytest.mark.parametrize("route", sorted(REGULATORS))
def test_work_of_regulators_ends_at_the_districts_border(route, things, stored, signed_in):  # noqa: F811
    path = REGULATORS[route].format(**things)
    for who, status in (("company2.administrator", 403), ("company.administrator", 403), ("district.dispatcher", 404)):
        answer = _send(signed_in(who), route, path, alert_ids=[things["alert"]])
        assert answer.status_code == status, (who, answer.content)


@pytest.mark.parametrize("route", sorted(r for r, how in ROUTES.items() if how == "city"))
def test_what_is_the_citys_alone_is_refused_to_all_others(route, cast, signed_in):
    for who in ("district.administrator", "company.administrator", "office.administrator"):
        answer = _send(signed_in(who), route, _anywhere(route))
        assert answer.status_code == 403, (who, answer.content)


@pytest.mark.parametrize("route", sorted(SHARED))
def test_a_list_holds_ones_own_and_nothing_of_another(route, things, stored, signed_in):  # noqa: F811
    answer = signed_in("company.administrator").get(f"/api/v1{SHARED[route]}")
    assert answer.status_code == 200, answer.content
    text = _said(answer)
    assert [mark for mark in MARKS_OF_20 if mark in text] == []
    assert route in NAMELESS or any(mark in text for mark in MARKS_OF_10), text[:500]
