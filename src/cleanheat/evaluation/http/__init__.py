"""Addresses of evaluation, by subject; ``router`` holds them all."""

from ninja import Router

from cleanheat.evaluation.http import improvement, reports, rounds, samples, scores, weights

router = Router()
for _part in (scores, weights, rounds, improvement, samples, reports):
    router.add_router("", _part.router)
