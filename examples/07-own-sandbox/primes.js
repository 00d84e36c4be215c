function main(below) {
  const found = [];
  for (let n = 2; n < below; n++) if (found.every((prime) => n % prime !== 0)) found.push(n);
  return found;
}
