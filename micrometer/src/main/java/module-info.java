/** What conv4j holds and does, as meters of Micrometer. */
module io.github.conv4j.micrometer {
  requires transitive io.github.conv4j;
  requires static io.github.conv4j.networks;
  requires static org.jspecify;
  requires transitive micrometer.core;

  exports io.github.conv4j.micrometer;
}
