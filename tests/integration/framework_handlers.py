"""Handlers on frameworks, each in a module that imports its framework: loaded by name, in another environment."""

from __future__ import annotations

FASTSTREAM = """
from faststream.{client} import KafkaBroker
from faststream.{client}.annotations import KafkaMessage
from orders import read

broker = KafkaBroker("127.0.0.1:1")

@broker.subscriber("orders", group_id="g")
@broker.publisher("bills")
async def handle(message: KafkaMessage):
    value = message.raw_message.value
    return {{"order": read(value() if callable(value) else value)["id"]}}
"""
QUIX = """
from quixstreams import Application
from orders import read

app = Application(broker_address="127.0.0.1:1", consumer_group="g", loglevel="WARNING")
came = app.topic("orders", key_deserializer="bytes", value_deserializer="bytes")
goes = app.topic("bills", value_serializer="json")
frame = app.dataframe(came).apply(read).apply(lambda order: {"order": order["id"]}).to_topic(goes)
"""
QUIX_STATE = QUIX.replace(
    'lambda order: {"order": order["id"]}',
    'lambda order, state: state.set("seen", state.get("seen", 0) + 1) or {"order": order["id"]}, stateful=True',
)
FAUST = """
import faust
from orders import read

app = faust.App("billing", broker="kafka://127.0.0.1:1")
orders = app.topic("orders", value_type=bytes, value_serializer="raw")
bills = app.topic("bills", value_serializer="json")

@app.agent(orders)
async def handle(stream):
    async for raw in stream:
        await bills.send(value={"order": read(raw)["id"]})
"""
FAUST_YIELDS = FAUST.replace("await bills.send(value=", "yield (")
FAUST_SLOW = FAUST.replace(
    "async for raw in stream:",
    """async for raw in stream:
        await asyncio.sleep(0.05)""",
).replace("import faust", "import asyncio, faust")
MODULES = {
    "orders": """
import json

class Bad(Exception): pass

def read(raw):
    order = json.loads(raw or b"null")
    if not isinstance(order, dict):
        raise Bad("no order")
    return order
""",
    "streams": FASTSTREAM.format(client="kafka"),
    "confluents": FASTSTREAM.format(client="confluent"),
    "frames": QUIX,
    "remembering": QUIX_STATE,
    "applied": FASTSTREAM.format(client="kafka") + "\nfrom faststream import FastStream\napp = FastStream(broker)\n",
    "agents": FAUST,
    "yielding": FAUST_YIELDS,
    "slow": FAUST_SLOW,
}
