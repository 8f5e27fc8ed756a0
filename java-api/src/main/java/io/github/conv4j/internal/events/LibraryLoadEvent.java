package io.github.conv4j.internal.events;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/** A native library was looked for. */
@Name("io.github.conv4j.LibraryLoad")
@Label("Library Load")
@Description("A native library was found and opened, or not")
@Category("conv4j")
@StackTrace(false)
@SuppressWarnings("UnusedVariable") // the Flight Recorder reads fields
final class LibraryLoadEvent extends Event implements Events.LibrarySearch {
  @Label("Library")
  private String library = "";

  @Label("Origin")
  private String origin = "";

  @Label("Version")
  private String version = "";

  @Label("Failure")
  @Description("Why there is none, if there is none")
  private @Nullable String failure;

  @Override
  public void found(String library, String origin, String version) {
    end();
    this.library = library;
    this.origin = origin;
    this.version = version;
    commit();
  }

  @Override
  public void missing(String failure) {
    end();
    this.failure = failure;
    commit();
  }
}
