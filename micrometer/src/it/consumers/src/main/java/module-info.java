/** What a user of networks and their meters writes. */
module consumer {
  requires io.github.conv4j.networks;
  requires io.github.conv4j.micrometer;
}
