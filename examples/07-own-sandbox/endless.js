function main() {
  for (;;);
}
