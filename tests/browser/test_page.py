"""The page of tutti serve, as a browser shows it."""

import pytest

FORGED = '<img src=x onerror="document.title=1">&"\'.wav'


def add(page, *songs):
    page.one("#songs").send_keys("\n".join(str(song) for song in songs))


def wait_for_songs(page, count):
    page.wait(lambda: page.one("#progress").text.startswith(f"{count} of {count} song"), 60)


def test_songs_are_sent_and_their_genres_shown(page, serve, songs):
    url = serve()
    page.open(url)
    add(page, songs / "0.wav", songs / "1.wav", songs / "text.mp3")
    wait_for_songs(page, 3)
    cards = {card.find_element("css selector", "h2").text: card for card in page.all("article")}
    assert list(cards) == ["0.wav", "1.wav", "text.mp3"]
    for name, windows in (("0.wav", 0), ("1.wav", 3)):
        card = cards[name]
        assert card.find_element("css selector", ".genre strong").text
        assert card.find_element("css selector", ".percent").text.endswith("%")
        assert len(card.find_elements("css selector", ".bars li")) == 5
        assert len(card.find_elements("css selector", ".columns > div")) == windows
        canvas = card.find_element("css selector", "canvas")
        assert int(canvas.get_attribute("width")) > 300
        assert page.driver.execute_script(  # something is drawn
            "return new Set(arguments[0].getContext('2d').getImageData(0, 0, 300, 128).data).size", canvas) > 50
    assert "cannot be read as audio" in cards["text.mp3"].find_element("css selector", ".wrong").text
    assert cards["text.mp3"].find_element("css selector", ".again").is_displayed()
    assert [entry for entry in page.complaints() if "422" not in entry] == []
    assert [asked for asked in page.requests() if not asked.startswith((url, "data:", "blob:"))] == []


def test_the_songs_of_a_folder_are_taken(page, serve, songs):
    (songs / "notes.txt").write_text("no song by its name either")
    page.open(serve())
    page.one("#folder").send_keys(str(songs))
    wait_for_songs(page, 3)
    assert sorted(name.text for name in page.all("h2")) == [f"{songs.name}/{name}" for name in ("0.wav", "1.wav", "text.mp3")]
    assert len(page.all(".result:not([hidden])")) == 2


def test_a_song_plays_from_where_its_picture_is_clicked(page, serve, songs):
    page.open(serve())
    add(page, songs / "0.wav")
    wait_for_songs(page, 1)
    page.one("canvas").click()  # in its middle
    page.wait(lambda: 15 < page.driver.execute_script("return document.querySelector('audio').currentTime") < 20)
    assert page.one(".head").is_displayed()
    assert page.complaints() == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1100, 390])
def test_it_is_accessible(page, serve, songs, scheme, width):
    page.open(serve(), scheme, width)
    assert page.violations() == []
    add(page, songs / "0.wav", songs / "1.wav", songs / "text.mp3")
    wait_for_songs(page, 3)
    assert page.violations() == []
    assert not page.is_too_wide()


def test_it_is_used_by_keyboard(page, serve):
    page.open(serve())
    focused = []
    for _ in range(3):
        page.driver.switch_to.active_element.send_keys("\ue004")  # tab
        focused.append(page.driver.switch_to.active_element.text)
    assert focused == ["Choose songs", "Choose a folder", "For programs"]


def test_a_name_is_text(page, serve, songs, tmp_path):
    forged = tmp_path / FORGED
    forged.write_bytes((songs / "0.wav").read_bytes())
    page.open(serve())
    add(page, forged)
    wait_for_songs(page, 1)
    assert page.one("h2").text == FORGED
    assert page.driver.title != "1"
    assert page.all("article img") == []
    assert page.complaints() == []


def test_a_busy_server_is_asked_again(page, serve, songs):
    page.open(serve("--queue", "0", "--threads", "1"))
    add(page, songs / "0.wav", songs / "1.wav")
    wait_for_songs(page, 2)
    assert [shown.text for shown in page.all(".wrong")] == ["", ""]
    assert any("503" in complaint for complaint in page.complaints())


def test_the_token_comes_from_the_address(page, serve, songs):
    url = serve("--token", "open-sesame")
    page.open(f"{url}/#token=open-sesame")
    add(page, songs / "0.wav")
    wait_for_songs(page, 1)
    assert page.one(".genre strong").text
    page.open(url)
    page.wait(lambda: "needs a token" in page.one("#progress").text)
