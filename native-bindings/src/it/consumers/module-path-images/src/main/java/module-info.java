/** What a user of {@code Images} writes. */
module pictures {
  requires io.github.conv4j;
  requires java.desktop;
}
