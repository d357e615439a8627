import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';

export const LANGUAGES = ['pt-BR', 'en'] as const;
export type Language = (typeof LANGUAGES)[number];

const KEY = 'fasttrack-language';

/** Each language is a file of its own, so that nobody waits for one they do not read. */
const texts = {
  'pt-BR': () => import('./pt-BR.json'),
  en: () => import('./en.json'),
} satisfies Record<Language, () => Promise<unknown>>;

/** What was chosen here before, else what the browser prefers; Portuguese when it prefers neither. */
function preferredLanguage(): Language {
  const chosen = LANGUAGES.find((language) => language === localStorage.getItem(KEY));
  const preferred = navigator.languages.find((tag) => /^(pt|en)\b/i.test(tag));
  return chosen ?? (preferred?.toLowerCase().startsWith('en') ? 'en' : 'pt-BR');
}

export async function startLanguage(): Promise<void> {
  const language = preferredLanguage();
  i18next.on('languageChanged', (now) => document.documentElement.setAttribute('lang', now));
  await i18next.use(initReactI18next).init({
    lng: language,
    fallbackLng: false,
    resources: { [language]: { translation: (await texts[language]()).default } },
    // React escapes what it shows.
    interpolation: { escapeValue: false },
  });
}

export async function chooseLanguage(language: Language): Promise<void> {
  const { default: words } = await texts[language]();
  i18next.addResourceBundle(language, 'translation', words);
  localStorage.setItem(KEY, language);
  await i18next.changeLanguage(language);
}

export const currentLanguage = (): Language => LANGUAGES.find((language) => language === i18next.language) ?? 'pt-BR';
