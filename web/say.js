/** What has not changed is left alone, or a selection in it would be lost. */
export function set(element, property, value) {
  if (element[property] !== value) element[property] = value;
}

export const say = (element, words) => set(element, 'textContent', words);
