"""People talk through the page, in a real browser, against a real server."""

from __future__ import annotations

from playwright.async_api import expect

from tests.support.browser import PHONE, Visitors
from tests.support.sentences import CARE, COVERED, COVERED_PART, HELD, STOPPED


async def test_two_people_talk_and_each_message_is_announced_once(visitors: Visitors) -> None:
    """X41: what is said stands once in both pages, in the same order, and is told once to a screen reader."""
    ana, ben = await visitors.arrive(), await visitors.arrive(size=PHONE)
    for person, name in ((ana, "Talk Ana"), (ben, "Talk Ben")):
        await person.come_in()
        await person.sit_down("newcomers", name)
    await ana.say("Is anybody awake tonight?")
    await ben.sees("Is anybody awake tonight?")
    await ben.say("I am, and I have tea.")
    await ana.sees("I am, and I have tea.")
    await expect(ben.page.locator("#messages .bubble", has_text="Is anybody awake")).to_contain_text("Talk Ana")
    assert (
        (await ana.words())[-2:] == (await ben.words())[-2:] == ["Is anybody awake tonight?", "I am, and I have tea."]
    )
    for person in (ana, ben):
        told = await person.announced()
        assert sum("Is anybody awake tonight?" in line for line in told) == 1
        assert sum("I am, and I have tea." in line for line in told) == 1


async def test_the_threshold_says_rules_and_limits_before_the_first_word(visitors: Visitors) -> None:
    ana = await visitors.arrive(size=PHONE)
    await ana.come_in()
    await ana.page.locator('[data-room="postpartum"]').click()
    threshold = ana.page.locator("#threshold")
    await expect(threshold).to_contain_text("How we treat each other here")
    await expect(threshold).to_contain_text("not a crisis service")
    await expect(threshold.locator("#limits .limits")).to_be_visible()
    await expect(threshold.locator("#threshold-rules li").first).to_be_visible()
    await expect(ana.page.locator("#composer")).to_be_hidden()


async def test_a_stopped_message_shows_why_and_the_suggestion_goes_out_in_one_tap(visitors: Visitors) -> None:
    ana, ben = await visitors.arrive(size=PHONE), await visitors.arrive()
    for person in (ana, ben):
        await person.come_in()
        await person.sit_down("anxiety")
    await ana.say(STOPPED)
    refusal = ana.page.locator(".refusal")
    await expect(refusal.locator(".echo mark").first).to_be_visible()
    assert await ana.page.input_value("#words") == STOPPED
    suggestion = (await refusal.locator(".suggestion bdi").inner_text()).strip()
    await refusal.get_by_role("button", name="Send this instead").click()
    await ben.sees(suggestion)
    await expect(refusal).to_have_count(0)
    assert await ana.page.input_value("#words") == ""
    assert STOPPED not in await ben.words()


async def test_private_details_are_covered_and_the_author_is_told_which(visitors: Visitors) -> None:
    ana, ben = await visitors.arrive(), await visitors.arrive()
    for person in (ana, ben):
        await person.come_in()
        await person.sit_down("depression")
    await ana.say(COVERED)
    told = ana.page.locator("#messages .mine .tag-more")
    await told.locator("summary").click()
    await expect(told.locator(".reasons li").first).to_be_visible()
    await expect(ben.page.locator("#messages .tag", has_text="private details covered")).to_have_count(1)
    assert COVERED_PART not in await ben.page.locator("#messages").inner_text()
    assert COVERED_PART not in await ana.page.locator("#messages .words").last.inner_text()


async def test_held_words_stand_there_with_what_happens_next_and_nobody_else_sees_them(visitors: Visitors) -> None:
    """R2, F26: held is not lost; the author is told at once, also after a reload."""
    ana, ben = await visitors.arrive(size=PHONE), await visitors.arrive()
    for person in (ana, ben):
        await person.come_in()
        await person.sit_down("newcomers")
    await ana.say(HELD)
    held = ana.page.locator("#unsent .held")
    await expect(held).to_contain_text(HELD)
    await expect(held.locator(".state")).not_to_be_empty()
    await ana.say("Good night, everybody here.")
    await ben.sees("Good night, everybody here.")
    assert HELD not in await ben.words()
    await ana.page.reload()
    await expect(held).to_contain_text(HELD)


async def test_held_words_can_be_taken_back_by_their_author(visitors: Visitors) -> None:
    """F26: one tap; they go from the page, and their author is told that nobody saw them."""
    ana = await visitors.arrive(size=PHONE)
    await ana.come_in()
    await ana.sit_down("anxiety")
    await ana.say(HELD)
    held = ana.page.locator("#unsent .held")
    await held.get_by_role("button", name="Take it back").click()
    await expect(held).to_have_count(0)
    await expect(ana.page.locator("#beside .told")).to_contain_text("Nobody saw it")


async def test_the_care_card_is_for_its_author_alone_and_takes_no_focus(visitors: Visitors) -> None:
    """X41 R3: a region, not a dialog; exact dial strings; it can be put away; nobody else sees a thing."""
    ana, ben = await visitors.arrive(size=PHONE), await visitors.arrive()
    for person in (ana, ben):
        await person.come_in()
        await person.sit_down("depression")
    await ana.say(CARE)
    card = ana.page.get_by_role("region", name="This is only for you")
    await expect(card).to_be_visible()
    await expect(card).to_contain_text("nothing wrong")
    assert 1 <= await card.locator(".line").count() <= 3
    assert all(link.startswith(("tel:", "sms:", "https://")) for link in await card.locator("a").evaluate_all(
        "links => links.map((link) => link.getAttribute('href'))"))  # fmt: skip
    await expect(ana.page.locator("#words")).to_be_focused()
    await ben.sees(CARE)
    await expect(ben.page.locator(".card")).to_have_count(0)
    await card.locator(".card-head button").click()
    await expect(card).to_have_count(0)


async def test_words_are_changed_taken_back_and_answered_with_kindness(visitors: Visitors) -> None:
    ana, ben = await visitors.arrive(), await visitors.arrive()
    for person, name in ((ana, "Change Ana"), (ben, "Change Ben")):
        await person.come_in()
        await person.sit_down("recovery", name)
    await ana.say("One week tody.")
    await ben.sees("One week tody.")
    await ben.message("One week tody.").locator(".more").click()
    await ben.page.get_by_role("button", name="Proud of you").click()
    await expect(ana.message("One week tody.").locator(".chip[aria-label='Proud of you']")).to_be_visible()
    await ana.message("One week tody.").locator(".more").click()
    await ana.page.get_by_role("button", name="Change my words").click()
    await ana.say("One week today.")
    await ben.sees("One week today.")
    await ben.sees("One week tody.", times=0)
    await expect(ben.message("One week today.")).to_contain_text("changed")
    await ana.message("One week today.").locator(".more").click()
    await ana.page.get_by_role("button", name="Take it back").click()
    await expect(ben.page.locator("#messages .gone")).to_have_text("This message was taken back.")
    await ben.sees("One week today.", times=0)


async def test_who_is_here_and_who_is_writing_can_be_seen(visitors: Visitors) -> None:
    ana, ben = await visitors.arrive(), await visitors.arrive()
    await ana.come_in(band="teen")
    await ana.sit_down("teen-commons", "Here Ana")
    await expect(ana.page.locator("#present")).to_have_text("1 person here")
    await expect(ana.page.locator("#unhosted")).to_contain_text("Nobody who looks after this room is here")  # F9
    await ben.come_in(band="teen")
    await ben.sit_down("teen-commons", "Here Ben")
    await expect(ana.page.locator("#present")).to_have_text("2 people here")
    await expect(ana.page.locator("#members")).to_contain_text("Here Ben")
    await ben.write("I am thinking")
    await expect(ana.page.locator("#typing")).to_have_text("Here Ben is writing")
    await ben.page.get_by_role("button", name="Leave this room").click()
    await expect(ana.page.locator("#present")).to_have_text("1 person here")


async def test_earlier_messages_come_page_by_page_without_a_hole(visitors: Visitors) -> None:
    ana = await visitors.arrive()
    await ana.come_in()
    await ana.sit_down("autism-parents", "Far Ana")
    said = [f"Line {number} of a long night" for number in range(120)]
    for line in said:
        await ana.say(line)
    await ana.sees(said[-1])
    await ana.settled()
    await ana.page.reload()
    await ana.sees(said[-1])
    assert len(await ana.words()) < 120
    while await ana.page.locator("#earlier").is_visible():
        before = len(await ana.words())
        await ana.page.locator("#earlier").click()
        await ana.page.wait_for_function(
            "n => document.querySelector('#earlier').hidden || document.querySelectorAll('.words').length > n",
            arg=before,
        )
    assert await ana.words() == said


async def test_a_draft_is_kept_for_its_room_and_over_a_reload(visitors: Visitors) -> None:
    ana = await visitors.arrive()
    await ana.come_in()
    await ana.sit_down("newcomers")
    await ana.write("I don't know how to say")
    await ana.page.locator("#notes-toggle").click()
    await ana.page.get_by_label("loss", exact=True).check()
    await ana.page.locator('[data-room="anxiety"]').click()
    await expect(ana.page.locator("#limits .limits")).to_be_hidden()  # read before the first room of this visit
    await expect(ana.page.locator("#threshold-rules")).to_be_visible()
    await ana.page.get_by_role("button", name="Sit down").click()
    await expect(ana.page.locator("#room-title")).to_have_text("Anxiety and panic")
    assert await ana.page.input_value("#words") == ""
    await ana.page.locator('[data-room="newcomers"]').click()
    assert await ana.page.input_value("#words") == "I don't know how to say"
    await ana.page.reload()
    await expect(ana.page.locator("#words")).to_have_value("I don't know how to say")
    await expect(ana.page.locator("#notes input:checked")).to_have_value("loss")  # and what it is about


async def test_see_before_send_says_what_would_happen_and_never_blocks(visitors: Visitors) -> None:
    ana = await visitors.arrive()
    await ana.come_in()
    await ana.sit_down("newcomers")
    await ana.write(STOPPED)
    hint = ana.page.locator(".hint-card")
    await expect(hint).to_be_visible()
    await expect(ana.page.locator("#words")).to_be_enabled()
    await hint.get_by_role("button", name="Use these words").click()
    assert await ana.page.input_value("#words") != STOPPED
    await expect(ana.page.locator(".refusal")).to_have_count(0)
