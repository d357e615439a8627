/** Words that come together are read out together. */
const GATHER_MS = 700;

/** Reads out to people who do not see the page: only what is worth interrupting them for. */
export function announcer(element) {
  let words = [];
  return (sentence) => {
    words.push(sentence);
    if (words.length > 1) return;
    setTimeout(() => {
      element.textContent = words.join('. ');
      words = [];
    }, GATHER_MS);
  };
}
