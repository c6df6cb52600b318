"""Reads an emulator with Microsoft's own client, and compares what it read with the ground truth.

    azure_devops_client.py ORIGIN ORGANIZATION PAT
"""

import json
import sys
import urllib.request

from azure.devops.connection import Connection
from azure.devops.v7_1.git.models import GitPullRequestSearchCriteria, GitQueryCommitsCriteria, GitVersionDescriptor
from azure.devops.v7_1.tfvc.models import TfvcChangesetSearchCriteria, TfvcLabelRequestData
from azure.devops.v7_1.work_item_tracking import models as work_item_models
from azure.devops.v7_1.work_item_tracking.models import Wiql, WorkItemBatchGetRequest
from msrest.authentication import BasicAuthentication

ORIGIN, ORGANIZATION, PAT = sys.argv[1:]
FAILURES = []

# 7.1.0b4 gives these two empty attribute maps and so drops all that they hold; their base class reads them well.
for name in ("ReportingWorkItemRevisionsBatch", "ReportingWorkItemLinksBatch"):
    setattr(work_item_models, name, type(name, (work_item_models.StreamedBatch,), {}))


def truth(entity):
    with urllib.request.urlopen(f"{ORIGIN}/_emulator/truth/{entity}") as answer:
        return [json.loads(line) for line in answer.read().splitlines()]


def check(what, read, expected):
    read, expected = sorted(read, key=str), sorted(expected, key=str)
    if read == expected:
        print(f"ok    {what}: {len(read)}")
    else:
        FAILURES.append(what)
        missing = [key for key in expected if key not in read]
        surplus = [key for key in read if key not in expected]
        print(f"WRONG {what}: read {len(read)}, expected {len(expected)}; missing {missing[:5]}, surplus {surplus[:5]}")


def by_skip(read, top):
    """All items of a listing by $top and $skip."""
    items = []
    while True:
        page = read(top=top, skip=len(items))
        if not page:
            return items
        items.extend(page)


def by_token(read):
    """All rows of a reporting feed; the token is in the body or only in the link."""
    rows, token = [], None
    while True:
        batch = read(token)
        rows.extend(batch.values)
        token = batch.continuation_token or batch.next_link.split("continuationToken=")[1].split("&")[0]
        if batch.is_last_batch:
            return rows


def core(connection):
    client = connection.clients_v7_1.get_core_client()
    projects = by_skip(lambda top, skip: client.get_projects(state_filter="all", top=top, skip=skip), 2)
    check("projects", [(p.id, p.name, p.state) for p in projects],
          [(p["id"], p["name"], p["state"]) for p in truth("projects")])
    teams = client.get_all_teams(top=1000)
    check("teams", [(t.id, t.name, t.project_id) for t in teams],
          [(t["id"], t["name"], t["project_id"]) for t in truth("teams")])
    readable = [p for p in projects if p.state == "wellFormed"]
    for project in readable:
        full = client.get_project(project.id, include_capabilities=True)
        assert full.capabilities["versioncontrol"]["sourceControlType"] in ("Git", "Tfvc")
    return readable


def git(connection, projects):
    client = connection.clients_v7_1.get_git_client()
    repositories = client.get_repositories(include_hidden=True)
    check("repositories", [(r.id, r.name) for r in repositories], [(r["id"], r["name"]) for r in truth("repositories")])
    refs, commits = [], set()
    for repository in repositories:
        if repository.is_disabled:
            continue
        mine = client.get_refs(repository.id, project=repository.project.id, peel_tags=True, top=1000)
        refs.extend((repository.id, ref.name, ref.object_id) for ref in mine)
        for ref in mine:
            if not ref.name.startswith("refs/heads/"):
                continue
            version = GitVersionDescriptor(version=ref.name[len("refs/heads/"):], version_type="branch")
            criteria = GitQueryCommitsCriteria(item_version=version)
            page = by_skip(lambda top, skip: client.get_commits(
                repository.id, criteria, project=repository.project.id, top=top, skip=skip), 500)
            commits.update((repository.id, commit.commit_id) for commit in page)
    wanted = [r for r in truth("refs") if r["name"].startswith(("refs/heads/", "refs/tags/"))]
    check("refs", [r for r in refs if r[1].startswith(("refs/heads/", "refs/tags/"))],
          [(r["repository_id"], r["name"], r["object_id"]) for r in wanted])
    # By REST the commits of branches are read; the ground truth may know of some that only tags reach.
    known = {(c["repository_id"], c["commit_id"]) for c in truth("commits")}
    check("commits of branches that are known", [c for c in commits if c in known], list(commits))
    requests, threads = [], []
    for project in projects:
        criteria = GitPullRequestSearchCriteria(status="all")
        mine = by_skip(lambda top, skip: client.get_pull_requests_by_project(
            project.id, criteria, top=top, skip=skip), 50)
        requests.extend(mine)
        for request in mine:
            found = client.get_threads(request.repository.id, request.pull_request_id, project=project.id)
            threads.append((request.pull_request_id, len(found)))
    check("pull requests", [(r.pull_request_id, r.status, r.title.replace("\0", "")) for r in requests],
          [(r["pull_request_id"], r["status"], r["title"]) for r in truth("pull_requests")])
    check("threads", threads, [(t["pull_request_id"], len(t["threads"])) for t in truth("pull_request_threads")])


def builds(connection, projects):
    client = connection.clients_v7_1.get_build_client()
    definitions, found, timelines = [], [], []
    for project in projects:
        definitions.extend(client.get_definitions(project.id, top=1000))
        mine = client.get_builds(project.id, top=5000, query_order="queueTimeAscending", status_filter="all")
        found.extend(mine)
        for build in mine:
            if build.status == "completed":
                timeline = client.get_build_timeline(project.id, build.id)
                if timeline is not None and timeline.records:
                    timelines.append(build.id)
    check("build definitions", [(d.id, d.name) for d in definitions],
          [(d["id"], d["name"]) for d in truth("build_definitions")])
    check("builds", [(b.id, b.status, b.result or None) for b in found],
          [(b["id"], b["status"], b["result"] or None) for b in truth("builds")])
    told = [t["build_id"] for t in truth("timelines") if t.get("records")]
    check("timelines with records", timelines, [build for build in told if build in {b.id for b in found}])


def boards(connection, projects):
    client = connection.clients_v7_1.get_work_item_tracking_client()
    revisions = by_token(lambda token: client.read_reporting_revisions_get(
        continuation_token=token, include_identity_ref=True, include_deleted=True, include_tag_ref=True,
        expand="fields", max_page_size=1000))
    wanted = truth("work_item_revisions")
    check("work item revisions", [(r["id"], r["rev"], r["fields"]["System.State"]) for r in revisions],
          [(r["id"], r["rev"], r["state"]) for r in wanted])
    links = by_token(lambda token: client.get_reporting_links_by_link_type(continuation_token=token))
    # The feed tells of every change of a link: the last word counts.
    last = {(link["sourceId"], link["targetId"], link["rel"]): link["isActive"] for link in links}
    check("work item links", [(*key, active) for key, active in last.items()],
          [(link["source_id"], link["target_id"], link["rel"], link["is_active"]) for link in truth("work_item_links")])
    check("fields", [f.reference_name for f in client.get_work_item_fields()], [f["reference_name"] for f in truth("fields")])
    types, categories, nodes = [], [], []
    for project in projects:
        types.extend((project.id, t.reference_name, len(t.states)) for t in client.get_work_item_types(project.id))
        categories.extend((project.id, c.reference_name) for c in client.get_work_item_type_categories(project.id))
        stack = list(client.get_root_nodes(project.id, depth=14))
        while stack:
            node = stack.pop()
            nodes.append((project.id, node.id, node.structure_type))
            stack.extend(node.children or [])
    check("work item types", types, [(t["project_id"], t["reference_name"], len(t["states"])) for t in truth("work_item_types")])
    check("categories", categories, [(c["project_id"], c["reference_name"]) for c in truth("work_item_type_categories")])
    check("classification nodes", nodes,
          [(n["project_id"], n["id"], n["structure_type"]) for n in truth("classification_nodes")])
    live = [item["id"] for item in truth("work_items") if not item["is_deleted"]]
    found = []
    for start in range(0, len(live), 200):
        request = WorkItemBatchGetRequest(ids=live[start:start + 200], fields=["System.Id", "System.Title"])
        found.extend(item.id for item in client.get_work_items_batch(request))
    check("work items in batches", found, live)
    query = Wiql(query="SELECT [System.Id] FROM WorkItems WHERE [System.Id] > 0 ORDER BY [System.Id]")
    check("work items by query", [item.id for item in client.query_by_wiql(query, top=19999).work_items], live)
    first = client.get_updates(live[0])
    check("updates of a work item", [update.rev for update in first],
          [r["rev"] for r in wanted if r["id"] == live[0]])


def tfvc(connection, projects):
    client = connection.clients_v7_1.get_tfvc_client()
    found, first = [], 1
    while True:
        page = client.get_changesets(top=100, orderby="id asc", max_comment_length=100000,
                                     search_criteria=TfvcChangesetSearchCriteria(from_id=first))
        if not page:
            break
        found.extend(page)
        first = page[-1].changeset_id + 1
    check("changesets", [c.changeset_id for c in found], [c["changeset_id"] for c in truth("changesets")])
    counts = []
    for changeset in found:
        full = client.get_changeset(changeset.changeset_id, max_change_count=100, include_details=True,
                                    include_work_items=True)
        count = len(full.changes)
        while full.has_more_changes:
            page = client.get_changeset_changes(changeset.changeset_id, skip=count, top=100)
            if not page:
                break
            count += len(page)
        counts.append((changeset.changeset_id, count, len(full.work_items)))
    check("changes and work items of changesets", counts,
          [(d["changeset_id"], len(d["changes"]), len(d["work_items"])) for d in truth("changeset_details")])
    branches, labels = [], []
    for project in projects:
        if project.name == "Empty Quarter":
            continue  # It answers 404, having neither contents nor TFVC.
        stack = list(client.get_branches(project.id, include_children=True, include_deleted=True))
        while stack:
            branch = stack.pop()
            branches.append(branch.path)
            stack.extend(branch.children or [])
        labels.extend(label.id for label in client.get_labels(TfvcLabelRequestData(), project=project.id))
    check("branches", branches, [b["path"] for b in truth("tfvc_branches")])
    check("labels", labels, [label["id"] for label in truth("tfvc_labels")])


def main():
    base = f"{ORIGIN}/azure-devops/{ORGANIZATION}"
    connection = Connection(base_url=base, creds=BasicAuthentication("", PAT))
    projects = core(connection)
    boards(connection, projects)
    tfvc(connection, projects)
    git(connection, projects)
    builds(connection, projects)
    if FAILURES:
        sys.exit(f"differs from the ground truth: {', '.join(FAILURES)}")


main()
