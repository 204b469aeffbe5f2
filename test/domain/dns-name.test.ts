// One name, one domain, on every Node: the mapping is UTS 46's, non-transitional, of Unicode 17.
import fc from 'fast-check';
import { parseDnsName, parseDomainScope } from '../../src/domain/dns-name';
import { parseEmailAddress } from '../../src/domain/email-address';

type Row = readonly [what: string, text: string, name: string];

const MAPPED: readonly Row[] = [
  // What versions of Node disagree about, or did.
  ['a capital sharp s', 'STRAẞE.de', 'xn--strae-oqa.de'],
  ['a sharp s', 'straße.de', 'xn--strae-oqa.de'],
  ['the two letters that a sharp s once was', 'STRASSE.de', 'strasse.de'],
  ['a final sigma', 'ΝΊΚΟς.gr', 'xn--kxawhkp.gr'],
  ['a capital sigma', 'ΝΊΚΟΣ.gr', 'xn--kxawhku.gr'],
  ['a capital that older mappings refuse', '\u2183.example', 'xn--r5g.example'],
  ['a turned capital F', '\u2132.example', 'xn--73g.example'],
  ['a capital palochka', '\u04c0.example', 'xn--s5a.example'],
  ['a Georgian capital', '\u10a0.example', 'xn--rkj.example'],
  ['an ideograph whose mapping was corrected', '\u{2f868}.example', 'xn--snl.example'],
  ['another such', '\u{2f874}.example', 'xn--u2t.example'],
  ['a compatibility ideograph', '\uf900.example', 'xn--oh3a.example'],
  ['a Hangul filler', 'a\u3164b.example', 'ab.example'],
  ['a Mongolian vowel separator', 'a\u180eb.example', 'ab.example'],
  ['a letter of Unicode 14', '\u0870\u0871.example', 'xn--cxbc.example'],
  ['a letter of Unicode 16', '\u1c89.example', 'xn--d4f.example'],
  ['a letter of Unicode 17', '\ua7ce.example', 'xn--078a.example'],
  ['two vowels of Unicode 16 that compose', 'a\u{16d67}\u{16d67}.example', 'xn--a-ds6m.example'],
  ['a newer letter among Hebrew ones', 'א\u0897א.example', 'xn--4dba64s.example'],

  // Case, width, composition.
  ['capitals', 'WWW.Example.COM', 'www.example.com'],
  ['a capital umlaut', 'BÜCHER.example', 'xn--bcher-kva.example'],
  ['an umlaut in two parts', 'bu\u0308cher.example', 'xn--bcher-kva.example'],
  ['full width', 'ｅｘａｍｐｌｅ．ｃｏｍ', 'example.com'],
  ['an ideographic full stop', '例え。公司。cn', 'xn--r8jz45g.xn--55qx5d.cn'],
  ['a half-width full stop', '例え｡cn', 'xn--r8jz45g.cn'],
  ['a capital i with a dot', 'İ.example', 'xn--i-9bb.example'],
  ['an i without a dot', 'ı.example', 'xn--cfa.example'],
  ['the Kelvin sign', '\u212a.example', 'k.example'],
  ['a long s', '\u017f.example', 's.example'],
  ['a ligature', 'ﬁ.example', 'fi.example'],
  ['a circled digit', '①.example', '1.example'],
  ['what is ignored', 'a\u00adb\u200bc\u2060d\ufe0f.example', 'abcd.example'],
  ['a symbol', '≠.example', 'xn--1ch.example'],
  ['a symbol in two parts', '=\u0338.example', 'xn--1ch.example'],
  ['an emoji', '😀.example', 'xn--e28h.example'],

  // A-labels.
  ['an A-label', 'xn--bcher-kva.example', 'xn--bcher-kva.example'],
  ['an A-label in capitals', 'XN--BCHER-KVA.example', 'xn--bcher-kva.example'],
  ['an A-label in full width', 'ｘｎ－－bcher-kva.example', 'xn--bcher-kva.example'],
  ['the A-label of a sharp s', 'xn--strae-oqa.de', 'xn--strae-oqa.de'],
  ['an A-label beside a Unicode one', 'xn--bcher-kva。bücher.de', 'xn--bcher-kva.xn--bcher-kva.de'],
  ['an A-label as top level', 'ü.XN--P1AI', 'xn--tda.xn--p1ai'],

  // Joiners (RFC 5892 appendix A), direction of writing (RFC 5893), hyphens.
  ['a non-joiner after a virama', 'क्\u200cष.example', 'xn--11b2ezcs70k.example'],
  ['a joiner after a virama', 'क्\u200dष.example', 'xn--11b2ezcw70k.example'],
  ['a non-joiner between joining letters', 'نامه\u200cای.example', 'xn--mgba3gch31f060k.example'],
  ['Hebrew beside Latin labels', 'www.אב.example', 'www.xn--4dbc.example'],
  ['digits after Hebrew', 'א1.example', 'xn--1-zhc.example'],
  ['Arabic digits after Arabic', 'ب٣.example', 'xn--ngb2j.example'],
  ['hyphens in third and fourth place', 'ab--cd.example', 'ab--cd.example'],
  ['such hyphens beside an umlaut', 'bü--c.example', 'xn--b--c-0ra.example'],
  ['a hyphen before an umlaut', '-bü.example', 'xn---b-yka.example'],
];

const REFUSED: readonly (readonly [what: string, text: string])[] = [
  ['an A-label of nothing', 'xn--.example'],
  ['an A-label that does not decode', 'xn--0.example'],
  ['an A-label that does not end', 'xn--zzzzzzzz.example'],
  ['an A-label of ASCII', 'xn--abc-.example'],
  ['an A-label of a capital umlaut', 'xn--wca.example'],
  ['an A-label of two parts of an umlaut', 'xn--u-ccb.example'],
  ['an A-label of a mark alone', 'xn--lsa.example'],
  ['an A-label of an A-label', 'xn--xn--a--gua.example'],
  ['an A-label of surrogates', 'xn--8c9bk9h.example'],
  ['an A-label of surrogates beside an umlaut', 'xn--8c9bk9h.bücher.example'],
  ['an A-label with an umlaut', 'xn--ü.example'],
  ['a surrogate', '\ud800.example'],
  ['a code point not assigned', '\u0378.example'],
  ['a private one', '\ue000.example'],
  ['a mark first', '\u0301a.example'],
  ['a mark of Unicode 14 first', '\u0898a.example'],
  ['a joiner between Latin letters', 'a\u200db.example'],
  ['a non-joiner between Latin letters', 'a\u200cb.example'],
  ['a non-joiner after a vowel sign', 'नी\u200cली.example'],
  ['a Latin letter after Hebrew', 'אa.example'],
  ['Hebrew after a Latin letter', 'aא.example'],
  ['Hebrew after a Latin letter with a mark', 'a\u0301א.example'],
  ['a digit before Hebrew', '1א.example'],
  ['Arabic digits alone', '٣٤.example'],
  ['an Arabic letter of Unicode 14 after a Latin one', 'a\u0870.example'],
  ['Arabic after a virama and a non-joiner', 'क्\u200cب.example'],
  ['a label of what is ignored', '\u00ad.example'],
  ['an empty label', 'ü..example'],
  ['an empty first label', '.ü.example'],
  ['a full stop at the end', 'bücher.example.'],
  ['an ideographic full stop at the end', 'bücher.example。'],
  ['a hyphen first', '-a.example'],
  ['a hyphen last', 'a-.example'],
  ['a top level alone', 'ü'],
  ['an address in full width', '１２７.0.0.1'],
  ['a number in full width', '１.１'],
  ['a slash that a letter maps to', '℀.example'],
  ['a full stop that a digit maps to', '⒈example'],
  ['parentheses that a digit maps to', '⑴.example'],
  ['an underscore', 'a_ü.example'],
  ['a space', 'ü ü.example'],
  ['an ideographic space', '\u3000ü.example'],
  ['a label too long as an A-label', `${'ü'.repeat(60)}.example`],
  ['a name too long as A-labels', `${'ü.'.repeat(35)}example`],
];

describe('a name', () => {
  it.each(MAPPED)('with %s: %j is %s', (_what, text, name) => {
    expect(parseDnsName(text)).toBe(name);
    // Also as what it became, as a wildcard's and as an address's.
    expect(parseDnsName(name)).toBe(name);
    expect(parseDomainScope(`*.${text}`)).toBe(`*.${name}`);
    expect(parseEmailAddress(`admin@${name}`)).toBe(`admin@${name}`);
  });

  it.each(REFUSED)('with %s is refused: %j', (_what, text) => {
    expect(parseDnsName(text)).toBeUndefined();
    expect(parseDomainScope(`*.${text}`)).toBeUndefined();
    expect(parseEmailAddress(`admin@${text}`)).toBeUndefined();
  });

  it('of any letters leaves as ASCII, and is itself from then on', () => {
    const label = fc.oneof(
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 5 }),
      fc.string({ unit: 'binary', minLength: 1, maxLength: 3 }),
      fc.stringMatching(/^xn--[a-z0-9-]{1,8}$/),
    );
    fc.assert(
      fc.property(fc.array(label, { minLength: 1, maxLength: 3 }), (labels) => {
        const name = parseDnsName([...labels, 'example'].join('.'));
        if (name !== undefined) {
          expect(name).toMatch(/^[a-z0-9.-]+$/);
          expect(parseDnsName(name)).toBe(name);
        }
      }),
      { numRuns: 3000 },
    );
  });
});
