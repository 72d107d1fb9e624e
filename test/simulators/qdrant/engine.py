"""Answers queries by Qdrant's own engine, as the package `qdrant-edge-py` carries it. Test only.

Reads {"collections": [{name, config, indexes, points}], "queries": [[name, body], ...]} from stdin and writes
[[[id, score], ...] | {"refused": reason}, ...] to stdout.
"""

import json
import os
import sys
import tempfile

import qdrant_edge as edge

DISTANCES = {name: getattr(edge.Distance, name) for name in ("Cosine", "Dot", "Euclid", "Manhattan")}


def shard_of(collection, folder):
    config = collection["config"]
    dense = {
        name: edge.EdgeVectorParams(each["size"], DISTANCES[each["distance"]])
        for name, each in config.get("vectors", {}).items()
    }
    sparse = {
        name: edge.EdgeSparseVectorParams(modifier=edge.Modifier.Idf if each.get("modifier") == "idf" else None)
        for name, each in config.get("sparse_vectors", {}).items()
    }
    shard = edge.EdgeShard.create(folder, edge.EdgeConfig(vectors=dense, sparse_vectors=sparse))
    for field, schema in collection["indexes"]:
        kind = getattr(edge.PayloadSchemaType, schema.capitalize())
        shard.update(edge.UpdateOperation.create_field_index(field, kind))
    points = [
        edge.Point(each["id"], {name: vector_of(one) for name, one in each["vector"].items()}, each.get("payload"))
        for each in collection["points"]
    ]
    shard.update(edge.UpdateOperation.upsert_points(points))
    return shard


def vector_of(value):
    return edge.SparseVector(value["indices"], value["values"]) if isinstance(value, dict) else value


def clause(conditions):
    if conditions is None:
        return None
    return [condition(each) for each in (conditions if isinstance(conditions, list) else [conditions])]


def filter_of(body):
    if body is None:
        return None
    least = body.get("min_should")
    return edge.Filter(
        must=clause(body.get("must")),
        should=clause(body.get("should")),
        must_not=clause(body.get("must_not")),
        min_should=edge.MinShould(clause(least["conditions"]), least["min_count"]) if least else None,
    )


def condition(body):
    if set(body) <= {"must", "should", "must_not", "min_should"}:
        return filter_of(body)
    if "has_id" in body:
        return edge.HasIdCondition(set(body["has_id"]))
    if "has_vector" in body:
        return edge.HasVectorCondition(body["has_vector"])
    if isinstance(body.get("is_empty"), dict):
        return edge.IsEmptyCondition(body["is_empty"]["key"])
    if isinstance(body.get("is_null"), dict):
        return edge.IsNullCondition(body["is_null"]["key"])
    if "nested" in body:
        return edge.NestedCondition(body["nested"]["key"], filter_of(body["nested"]["filter"]))
    if "slice" in body:
        return edge.SliceCondition(body["slice"]["total"], body["slice"]["index"])
    return field(body)


def field(body):
    parts = {}
    if "match" in body:
        parts["match"] = match(body["match"])
    if "range" in body:
        is_time = any(isinstance(each, str) for each in body["range"].values())
        parts["range"] = (edge.RangeDateTime if is_time else edge.RangeFloat)(**body["range"])
    if "values_count" in body:
        parts["values_count"] = edge.ValuesCount(**body["values_count"])
    return edge.FieldCondition(body["key"], **parts)


def match(body):
    [(kind, value)] = body.items()
    if isinstance(value, bool):
        raise NotImplementedError("the package takes booleans for numbers")
    makers = {
        "value": edge.MatchValue,
        "any": edge.MatchAny,
        "except": edge.MatchExcept,
        "text": edge.MatchText,
        "prefix": edge.MatchPrefix,
    }
    return makers[kind](value)


def query_of(query, using):
    if isinstance(query, dict) and "rrf" in query:
        given = query["rrf"] or {}
        return edge.Fusion.Rrf(given.get("k", 2), given.get("weights"))
    if isinstance(query, dict) and "fusion" in query:
        return edge.Fusion.Rrf(2) if query["fusion"] == "rrf" else edge.Fusion.Dbsf()
    if isinstance(query, dict) and "relevance_feedback" in query:
        return feedback(query["relevance_feedback"], using)
    if isinstance(query, dict) and "nearest" in query and "mmr" in query:
        mmr = query["mmr"]
        return edge.Mmr(vector_of(query["nearest"]), 1 - mmr["diversity"], mmr["candidates_limit"], using)
    if isinstance(query, dict) and "recommend" in query:
        return recommend(query["recommend"], using)
    if isinstance(query, dict) and "context" in query:
        pairs = [edge.ContextPair(each["positive"], each["negative"]) for each in query["context"]]
        return edge.Query.Context(edge.ContextQuery(pairs), using=using)
    if isinstance(query, dict) and "nearest" in query:
        query = query["nearest"]
    if isinstance(query, (int, str)):
        raise NotImplementedError("queries by id")
    return edge.Query.Nearest(vector_of(query), using=using)


def recommend(body, using):
    maker = {"best_score": edge.Query.RecommendBestScore, "sum_scores": edge.Query.RecommendSumScores}
    examples = edge.RecommendQuery(body.get("positive", []), body.get("negative", []))
    return maker[body["strategy"]](examples, using=using)


def feedback(body, using):
    items = [edge.FeedbackItem(each["example"], each["score"]) for each in body["feedback"]]
    naive = body["strategy"]["naive"]
    asked = edge.FeedbackNaiveQuery(body["target"], items, edge.NaiveFeedbackStrategy(naive["a"], naive["b"], naive["c"]))
    return edge.Query.FeedbackNaive(asked, using=using)


def params_of(body):
    corpus = ((body or {}).get("idf") or {}).get("corpus")
    return edge.SearchParams(idf=edge.IdfParams(filter_of(corpus))) if corpus is not None else None


def level(body):
    prefetch = body.get("prefetch") or []
    prefetch = prefetch if isinstance(prefetch, list) else [prefetch]
    return {
        "limit": body.get("limit", 10),
        "query": query_of(body["query"], body.get("using")) if body.get("query") is not None else None,
        "prefetches": [edge.Prefetch(**level(each)) for each in prefetch] or None,
        "filter": filter_of(body.get("filter")),
        "score_threshold": body.get("score_threshold"),
        "params": params_of(body.get("params")),
    }


def answer(shards, name, body):
    try:
        request = edge.QueryRequest(offset=body.get("offset"), **level(body))
        return [[each.id, each.score] for each in shards[name].query(request)]
    except Exception as error:  # told to the test, which decides
        return {"refused": f"{type(error).__name__}: {error}"}


def main():
    given = json.load(sys.stdin)
    with tempfile.TemporaryDirectory() as folder:
        shards = {}
        for at, collection in enumerate(given["collections"]):
            place = f"{folder}/{at}"
            os.mkdir(place)
            shards[collection["name"]] = shard_of(collection, place)
        json.dump([answer(shards, name, body) for name, body in given["queries"]], sys.stdout, default=str)


main()
