import { plainWord } from "./plain_word.ts";

const ENGLISH =
  `a about after all also an and any are as at be because been before being between both but by can could did
do does down during each either every few for from had has have he her here him his how i if in into is it its just many may
me might more most much my neither new no nor not of off on one only or other our out over own same shall she should so some
such than that the their them then there these they this those though through to too two under until up us use used using
very was we were what when where whether which while who whom whose why will with within without would you your`;

const HEBREW =
  `של על את הוא היא הם הן זה זו זאת אלה אלו לא גם או אם כי כל עם בין היה הייתה היו יש אין אשר אך אבל רק עוד יותר
מאוד כמו לפי עד אל מן כדי ידי אחר אחרי לפני תחת כאשר בו בה לו לה להם שלו שלה שלהם אני אתה אנחנו מה מי מתי איפה היכן איך כיצד
למה מדוע כמה איזה איזו אילו באיזה באיזו מהו מהי מהם להיות ואת ועל וכן ולא שבו שבה אותו אותה אותם ביותר כן לאחר`;

/** Words that carry grammar and no matter, in `plainWord`'s letters: they tell no text from another. */
export const FUNCTION_WORDS: ReadonlySet<string> = new Set(
  plainWord(`${ENGLISH} ${HEBREW}`).split(/\s+/),
);
