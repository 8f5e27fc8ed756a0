package io.github.conv4j.examples.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import io.github.conv4j.examples.ocr.Sign;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** What a person sees. Leaves a picture of it in {@code target/page.png}. */
@Tag("browser")
class PageInBrowserTest {
  /** The browser may still write into it when it was told to end. */
  @TempDir(cleanup = CleanupMode.NEVER)
  @SuppressWarnings("NullAway.Init") // JUnit sets it
  private Path folder;

  @Test
  void showsTheTextOfAPhoto() throws IOException, InterruptedException {
    Path photo = Files.write(folder.resolve("sign.png"), ReadTest.sign());
    Path other = Files.writeString(folder.resolve("other.png"), "not a picture");
    try (RunningServer server = RunningServer.ofText();
        Browser browser = Browser.start(Files.createDirectory(folder.resolve("profile")))) {
      server.server().awaitReady();
      browser.ask("Page.navigate", "{\"url\": \"http://127.0.0.1:%d/\"}".formatted(server.port()));
      browser.until("the page is there", () -> state(browser).equals("empty"));

      choose(browser, photo);
      browser.until("the photo was read", () -> isOver(browser));
      requireSign(browser);

      choose(browser, other);
      browser.until("the other file was refused", () -> state(browser).equals("wrong"));
      assertThat(browser.evaluate("document.querySelector('#status').textContent"))
          .contains("choose a PNG or a JPEG");

      drop(browser, photo);
      browser.until("the dropped photo was read", () -> isOver(browser));
      requireSign(browser);
      keepPicture(browser);
      assertThat(browser.failures()).isEmpty();
    }
  }

  private static String state(Browser browser) throws InterruptedException {
    return browser.evaluate("document.body && document.body.dataset.state");
  }

  private static boolean isOver(Browser browser) throws InterruptedException {
    String state = state(browser);
    assertThat(state)
        .as(browser.evaluate("document.querySelector('#status').textContent"))
        .isNotEqualTo("wrong");
    return state.equals("done");
  }

  private static void choose(Browser browser, Path file) throws InterruptedException {
    int document =
        browser.ask("DOM.getDocument", "{}").getAsJsonObject("root").get("nodeId").getAsInt();
    int input =
        browser
            .ask(
                "DOM.querySelector",
                "{\"nodeId\": %d, \"selector\": \"#file\"}".formatted(document))
            .get("nodeId")
            .getAsInt();
    browser.evaluate("document.body.dataset.state = 'asked'");
    browser.ask(
        "DOM.setFileInputFiles",
        "{\"nodeId\": %d, \"files\": [%s]}"
            .formatted(input, new JsonPrimitive(file.toString()).toString()));
  }

  private static void drop(Browser browser, Path file) throws InterruptedException {
    browser.evaluate("document.body.dataset.state = 'asked'");
    for (String type : List.of("dragEnter", "dragOver", "drop")) {
      browser.ask(
          "Input.dispatchDragEvent",
          "{\"type\": \"%s\", \"x\": 300, \"y\": 150, \"data\": {\"items\": [], \"files\": [%s], \"dragOperationsMask\": 1}}"
              .formatted(type, new JsonPrimitive(file.toString()).toString()));
    }
  }

  /** The text stands beside the photo, and a box lies on each line of it. */
  private static void requireSign(Browser browser) throws InterruptedException {
    String texts =
        browser.evaluate(
            "[...document.querySelectorAll('li')].map(li => li.firstChild.data).join('|')");
    assertThat(texts.replace(" ", "")).isEqualTo(String.join("|", Sign.LINES).replace(" ", ""));
    assertThat(
            browser.evaluate(
                "[...document.querySelectorAll('polygon')].map(p =>"
                    + " p.getBoundingClientRect()).filter(box => { const at ="
                    + " document.querySelector('canvas').getBoundingClientRect(); return box.width"
                    + " > 50 && box.height > 10 && box.left >= at.left && box.top >= at.top &&"
                    + " box.right <= at.right && box.bottom <= at.bottom; }).length"))
        .isEqualTo(Integer.toString(Sign.LINES.size()));
  }

  private static void keepPicture(Browser browser) throws IOException, InterruptedException {
    JsonObject screenshot = browser.ask("Page.captureScreenshot", "{\"format\": \"png\"}");
    Files.write(
        Path.of("target", "page.png"),
        Base64.getDecoder().decode(screenshot.get("data").getAsString()));
  }
}
