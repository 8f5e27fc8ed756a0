/** What a user of conv4j writes. */
module consumer {
  requires io.github.conv4j;
}
