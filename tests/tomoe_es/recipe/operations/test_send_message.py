from tomoe_es.events.system import MessagePosted
from tomoe_es.recipe.operations.send_message import SendMessage


def test_posts_the_message_and_is_complete_at_once(scene):
    operation = SendMessage.parse("ping 観測開始")
    assert operation.commands(scene.situation) == [
        MessagePosted(recipe_id="11111111-1111-5111-8111-111111111111", text="ping 観測開始")
    ]
    assert operation.complete(scene.situation)


def test_is_sent_also_while_the_telescope_is_locked(scene):
    scene.hardware.locked = True
    assert SendMessage("ping").refusal(scene.situation) is None
