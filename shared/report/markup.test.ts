import fc from "fast-check";
import { expect, test } from "vitest";
import { escapeHtml, html, scriptJson, scriptSource } from "./markup.ts";

test("a template escapes its values, and leaves markup as it is", () => {
  const inner = html`<b>${"<i>&\"'"}</b>`;
  expect(html`<p title="${'"x"'}">${inner}${null}${3}${[inner, inner]}</p>`.text).toBe(
    `<p title="&quot;x&quot;">${inner.text}3${inner.text}${inner.text}</p>`,
  );
  expect(inner.text).toBe("<b>&lt;i&gt;&amp;&quot;&#39;</b>");
});

test("escaped text holds nothing that ends an element or an attribute", () => {
  fc.assert(fc.property(fc.string(), (text) => !/[<>"']/.test(escapeHtml(text))));
});

test("JSON in a script cannot close it, and reads back as it was", () => {
  const nasty = { text: "</script><!--<script>\u2028\u2029", list: [1, null] };
  expect(scriptJson(nasty).text).not.toContain("<");
  expect(JSON.parse(scriptJson(nasty).text)).toEqual(nasty);
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = scriptJson(value).text;
      expect(text).not.toContain("<");
      expect(text).toBe(JSON.stringify(JSON.parse(text)).replace(/</g, "\\u003c"));
    }),
  );
});

test("what is not a finite number becomes null", () => {
  expect(scriptJson([Number.NaN, Number.POSITIVE_INFINITY]).text).toBe("[null,null]");
});

test("a script's source cannot close its element", () => {
  expect(scriptSource('const a = "</script><!--</SCRIPT>";').text).toBe('const a = "<\\/script><\\!--<\\/SCRIPT>";');
});
