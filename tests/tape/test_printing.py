"""A tape prints as a program, and draws itself; nothing of a name can become markup."""

# ruff: noqa: RUF059, F841 - the names of locals are what a tape prints

import gc
import re

import numpy as np
import pytest

import tapefit as tf


def recorded(**options):
    x, w = np.array([[1.0], [2.0]]), tf.Variable(0.5)
    tape = tf.GradientTape(**options)
    with tape:
        prediction = w * x
        loss = tf.reduce_mean(prediction**2.0)
    return tape, loss, w, prediction


def test_one_line_a_record_with_name_shape_and_value():
    tape, loss, w, prediction = recorded()
    lines = [re.sub(" +", " ", line) for line in str(tape).splitlines()]
    assert lines == [
        "GradientTape: 3 records",
        " w = variable float32[] 0.5",
        " prediction = multiply(w, constant(2, 1)) float32[2, 1] [[0.5] [1. ]]",
        " %1 = square(prediction) float32[2, 1] [[0.25] [1. ]]",
        " loss = reduce_mean(%1) float32[] 0.625",
    ]


def test_after_a_gradient_the_cotangents_stand_beside():
    tape, loss, w, prediction = recorded(persistent=True)
    assert "gradient" not in str(tape)
    tape.gradient(loss, w)
    lines = [re.sub(" +", " ", line) for line in str(tape).splitlines()]
    assert lines[1:] == [
        " value | gradient",
        " w = variable float32[] 0.5 | 2.5",
        " prediction = multiply(w, constant(2, 1)) float32[2, 1] [[0.5] [1. ]] | [[0.5] [1. ]]",
        " %1 = square(prediction) float32[2, 1] [[0.25] [1. ]] | [[0.5] [0.5]]",
        " loss = reduce_mean(%1) float32[] 0.625 | 1",
    ]


def test_output_gradients_and_the_newest_question_count():
    tape, loss, w, prediction = recorded(persistent=True)
    tape.gradient(loss, w)
    tape.gradient(prediction, w, output_gradients=np.array([[3.0], [4.0]]))
    assert re.search(r"w = variable .*\| 11$", str(tape), re.MULTILINE)
    assert re.search(r"loss = .* 0.625$", str(tape), re.MULTILINE)


def test_a_tape_that_is_not_persistent_shows_its_rows_if_it_was_shown_before():
    tape, loss, w, prediction = recorded()
    str(tape)
    tape.gradient(loss, w)
    assert "| 2.5" in str(tape)
    assert tape._asked is None
    other, loss, w, prediction = recorded()
    other.gradient(loss, w)
    assert "went with its gradient" in str(other)


def test_entering_again_starts_anew():
    tape, loss, w, prediction = recorded()
    str(tape)
    tape.gradient(loss, w)
    with tape:
        w * 2.0
    assert "GradientTape: 1 record\n" in str(tape)


def test_a_trace_shows_the_lines():
    tape, loss, w, prediction = recorded(trace=True)
    line = recorded.__code__.co_firstlineno + 4
    assert f"{__file__}:{line}" in str(tape).splitlines()[2]


def test_variables_have_their_own_names_where_the_program_has_none():
    weights = [tf.Variable(1.0, name="slope"), tf.Variable(2.0)]
    with tf.GradientTape() as tape:
        weights[0] * weights[1]
    text = str(tape)
    assert "slope = variable" in text
    assert "multiply(slope, %1)" in text


def test_watched_tensors_and_multiple_outputs_and_options():
    x = tf.constant(np.arange(6.0).reshape(2, 3))
    with tf.GradientTape() as tape:
        tape.watch(x)
        tf.reduce_sum(x[0, 1:], axis=0, keepdims=True)
    assert "x = watched" in str(tape)
    assert "getitem(x, key=[0, 1:])" in str(tape)
    assert "reduce_sum(%1, axis=[0], keepdims=True)" in str(tape)


def test_large_values_are_shortened_and_what_is_not_kept_says_so():
    x = tf.Variable(np.ones(100_000))
    with tf.GradientTape() as tape:
        y = tf.exp(x)
        z = y * 2.0
    assert "[2.7183 2.7183 ... 2.7183 2.7183]" in str(tape)
    assert re.search(r"z = .* not kept$", str(tape), re.MULTILINE)
    assert all(len(line) < 120 for line in str(tape).splitlines())


def test_complex_cotangents_are_those_of_the_gradient():
    z = tf.Variable(3.0 + 4.0j)
    with tf.GradientTape(persistent=True) as tape:
        y = z * z
    g = tape.gradient(y, z)
    assert re.search(r"z = variable .*\| 6-8j$", str(tape), re.MULTILINE)
    assert g.numpy() == 6 - 8j


def test_printing_inside_of_a_block_records_nothing():
    w = tf.Variable(2.0)
    with tf.GradientTape(persistent=True) as outer, tf.GradientTape(persistent=True) as tape:
        y = w * w
        tape.gradient(y, w)
        before = len(outer._records), len(tape._records)
        str(tape)
        assert (len(outer._records), len(tape._records)) == before


def test_a_graph_for_graphviz():
    tape, loss, w, prediction = recorded()
    dot = tape.to_dot().splitlines()
    assert dot[0] == 'digraph "GradientTape: 3 records" {'
    assert dot[-4:] == ["  n0 -> n1;", "  n1 -> n2;", "  n2 -> n3;", "}"]
    assert r'  n0 [label="w = variable\nfloat32[] 0.5", shape=ellipse];' in dot


def test_a_flowchart_for_mermaid():
    tape, loss, w, prediction = recorded()
    chart = tape.to_mermaid().splitlines()
    assert chart[1] == "flowchart TD"
    assert '  n0(["w = variable<br/>float32[] 0.5"])' in chart
    assert chart[-3:] == ["  n0 --> n1", "  n1 --> n2", "  n2 --> n3"]


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", 'a"] b', "back\\slash", "x & y", "#quot;"])
def test_names_cannot_become_markup(name):
    weights = [tf.Variable(1.0, name=name)]
    with tf.GradientTape() as tape:
        weights[0] * 2.0
    html, dot, mermaid = tape._repr_html_(), tape.to_dot(), tape.to_mermaid()
    assert "<script" not in html + mermaid
    assert html.count("<td>") == html.count("</td>") == 10
    for line in dot.splitlines()[2:-2]:
        assert re.fullmatch(r'  n\d \[label="(?:[^"\\]|\\.)*"(, shape=ellipse)?\];', line)
    for line in mermaid.splitlines()[2:-1]:
        assert re.fullmatch(r'  n\d(\(\["[^"]*"\]\)|\["[^"]*"\])', line)


def test_showing_a_tape_leaves_no_cycle():
    gc.collect()
    gc.disable()
    try:
        tape, loss, w, prediction = recorded(persistent=True)
        tape.gradient(loss, w)
        str(tape)
        del tape, loss, w, prediction
        assert gc.collect() == 0
    finally:
        gc.enable()


def test_an_empty_tape():
    assert str(tf.GradientTape()) == "GradientTape: 0 records"
    assert tf.GradientTape().to_dot().startswith("digraph")
