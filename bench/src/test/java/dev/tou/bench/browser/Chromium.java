// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.browser;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.logging.Level;

import dev.tou.bench.Requirements;
import org.openqa.selenium.By;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.interactions.Actions;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/** A headless Chromium with a page opened from disk: clicked, typed into, looked at. */
public final class Chromium implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final long LOOK_MILLIS = 50;

    private final ChromeDriver driver;

    private Chromium(ChromeDriver driver) {
        this.driver = driver;
    }

    /**
     * Starts it; where there is none the test is skipped, and says so.
     *
     * @param profile an empty folder
     */
    public static Chromium start(Path profile) {
        Path chromium = Requirements.program("chromium");
        Path chromedriver = Requirements.program("chromedriver");
        LoggingPreferences logs = new LoggingPreferences();
        logs.enable(LogType.BROWSER, Level.ALL);
        ChromeOptions options = new ChromeOptions();
        options.setBinary(chromium.toFile());
        options.setCapability("goog:loggingPrefs", logs);
        // It is for pages of our own: no sandbox, so that root may start it, and nobody is called.
        options.addArguments(
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--disable-dev-shm-usage",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--user-data-dir=" + profile.toAbsolutePath());
        ChromeDriverService service = new ChromeDriverService.Builder()
                .usingDriverExecutable(chromedriver.toFile())
                .usingAnyFreePort()
                .withLogFile(new File(
                        "target/chromedriver-" + ProcessHandle.current().pid() + ".log"))
                .withTimeout(PATIENCE)
                .build();
        return new Chromium(new ChromeDriver(service, options));
    }

    /** Opens a file, at a fragment such as {@code "#handshake/3"} or none. */
    public void open(Path file, String fragment) {
        // Another fragment alone would not load it again.
        driver.get("about:blank");
        driver.get(file.toAbsolutePath().toUri() + fragment);
    }

    public void size(int width, int height) {
        driver.manage().window().setSize(new Dimension(width, height));
    }

    /** Prefers dark colours, or light ones. */
    public void dark(boolean wanted) {
        driver.executeCdpCommand(
                "Emulation.setEmulatedMedia",
                Map.of(
                        "features",
                        List.of(Map.of("name", "prefers-color-scheme", "value", wanted ? "dark" : "light"))));
    }

    public WebElement find(String css) {
        return driver.findElement(By.cssSelector(css));
    }

    public List<WebElement> all(String css) {
        return driver.findElements(By.cssSelector(css));
    }

    /** {@return the text of an element} */
    public String text(String css) {
        return find(css).getText();
    }

    public void click(String css) {
        find(css).click();
    }

    /** Types a key where the focus is. */
    public void type(CharSequence keys) {
        new Actions(driver).sendKeys(keys).perform();
    }

    /** {@return what a script returns} */
    public Object script(String script, Object... arguments) {
        return driver.executeScript(script, arguments);
    }

    /** Waits for what the page does in its own time; whether it has come is for the test to look at. */
    public void await(BooleanSupplier done) throws InterruptedException {
        for (long left = PATIENCE.toMillis(); left > 0 && !done.getAsBoolean(); left -= LOOK_MILLIS) {
            TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
        }
    }

    /** {@return what the console has said that is more than information, since this was asked last} */
    public List<String> complaints() {
        return driver.manage().logs().get(LogType.BROWSER).getAll().stream()
                .filter(entry -> entry.getLevel().intValue() >= Level.WARNING.intValue())
                .map(entry -> entry.getLevel() + " " + entry.getMessage())
                .toList();
    }

    public void screenshot(Path file) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        Files.write(file, driver.getScreenshotAs(OutputType.BYTES));
    }

    /** Ends it, and waits until all of its processes have ended, which write into the profile until then. */
    @Override
    public void close() {
        List<ProcessHandle> processes = ProcessHandle.current().descendants().toList();
        driver.quit();
        for (ProcessHandle process : processes) {
            try {
                process.onExit().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            } catch (InterruptedException | ExecutionException | TimeoutException e) {
                throw new AssertionError("a process of the browser does not end: " + process.info(), e);
            }
        }
    }
}
