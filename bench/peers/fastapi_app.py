"""What a team would write today: FastAPI with a middleware that appends a JSON line per request.

uvicorn fastapi_app:app --port N   (Debian packages python3-fastapi, uvicorn); METRICS_FILE names the file.
"""
import json
import os
import time
import uuid

from fastapi import FastAPI, Request

app = FastAPI()
metrics = open(os.environ.get("METRICS_FILE", "/dev/null"), "a", encoding="utf-8")


@app.middleware("http")
async def record(request: Request, call_next):
    begun = time.perf_counter()
    response = await call_next(request)
    metrics.write(json.dumps({
        "ts": time.time(),
        "request_id": str(uuid.uuid4()),
        "method": request.method,
        "route": request.url.path,
        "status": response.status_code,
        "duration_ms": (time.perf_counter() - begun) * 1000,
    }) + "\n")
    metrics.flush()
    return response


@app.get("/health")
async def health():
    return {"status": "ok", "version": "0", "uptime_s": 1, "components": {"queue": {"status": "ok"}}}
