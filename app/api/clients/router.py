"""All the routes of these clients."""

from fastapi import APIRouter

from app.api.clients import check, package, solver, validator

router = APIRouter()
for room in (package, check, solver, validator):
    router.include_router(room.router)
